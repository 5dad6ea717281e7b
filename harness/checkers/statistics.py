"""Numbers of a run that are no verdict."""

from harness.checkers.checker import checker
from harness.checkers.evidence import Evidence
from harness.model.verdict import CheckResult


@checker("statistics")
def statistics(evidence: Evidence) -> CheckResult:
    """Measure rates, latencies, unavailability and lag."""
    return CheckResult(checker="statistics", statistics={})
