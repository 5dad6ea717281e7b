"""Evidence: a run must be able to prove each claim; what is about nothing would always hold."""

from harness.checkers.verdict.log_claims import log_claims
from harness.checkers.verdict.pipeline_claims import pipeline_claims
from harness.engine.validation.problems import Problems
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """Floors below which nothing is proved, and claims about what the workload does not have."""
    log, floor = scenario.log_workload, scenario.floor
    sends = scenario.has_pipeline or bool(log.producers)
    changes = bool(log.administrators)
    about = (
        *(log_claims(scenario) if scenario.has_log else ()),
        # A twin without transactions is held to it, too.
        *(("atomicity",) if log.processors else ()),
        *(pipeline_claims(scenario.pipeline) if scenario.has_pipeline else ()),
    )
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
