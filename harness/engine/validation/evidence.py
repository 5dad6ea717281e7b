"""Evidence: a run must be able to prove each claim; what is about nothing would always hold."""

from harness.checkers.verdict.promises import claims_about
from harness.engine.validation.problems import Problems
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """Floors below which nothing is proved, and claims about what the workload does not have."""
    log, floor = scenario.log_workload, scenario.floor
    sends = scenario.has_pipeline or bool(log.producers)
    changes = bool(log.administrators)
    about = claims_about(scenario)
    if log.processors:
        about = (*about, "atomicity")  # a twin without transactions is held to it, too
    if sends and floor.acks < 1:
        yield "floor.acks: expected at least 1, got 0; without acks a run proves nothing"
    if changes and floor.changes < 1:
        yield "floor.changes: expected at least 1, got 0; without changes a run proves nothing"
    for claim in scenario.claims:
        if claim not in (*about, "recovery", "failover"):
            yield (
                f"claims: {claim!r} does not apply to this workload, so it would always hold; "
                f"leave it out, or use: {', '.join(about)}"
            )
