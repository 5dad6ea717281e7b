"""Once every fault is healed, every broker and metadata node is running.

Evidence: services that had exited in the end, although each fault of the run was healed and nobody
ended them any more. They gave up by themselves, and again when they were started once more.

UNKNOWN: never by itself. Reports: `dead-service`, once per service. Cost: O(services).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

DEAD_SERVICE = Kind(
    "dead-service",
    meaning="A broker or a metadata node was restarted and exited again.",
    counted="{service does|services do} not come back",
    weight=630,
    claim="recovery",
)


@checker("dead-service")
def dead_service(evidence: Evidence) -> CheckResult:
    """Find services that did not stay alive."""
    faults = evidence.facts.faults
    # What could not be healed is the harness's own failure, and no sign of anything.
    broken = {name for event in faults if event.event == "failed" for name in event.targets}
    dead = [name for name in evidence.facts.exited if name not in broken]

    def explain(row: int) -> Anomaly:
        healed = [event for event in faults if event.event == "healed"]
        mine = [event for event in healed if dead[row] in event.targets]
        proof = Proof(evidence, DEAD_SERVICE)
        for event in mine[-1:]:
            proof.add(f"{dead[row]} was started again at {event.time_ns / 1e9:,.1f} s")
        for again in evidence.facts.revived:
            if again.service == dead[row]:
                proof.add(
                    f"it exited again, and was restarted again at {again.time_ns / 1e9:,.1f} s"
                )
        return proof.add(f"{dead[row]} does not run in the end").end()

    return report("dead-service", Found(DEAD_SERVICE, np.arange(len(dead)), explain))
