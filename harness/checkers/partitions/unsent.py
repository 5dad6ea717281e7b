"""A record that the application considered sent is in its partition.

Evidence: a send of a producer that believes at `enqueue`, which never came back ok, while the final
read covers all logs of its topic from offset 0 to their ends and none holds its value.

UNKNOWN: never by itself. Reports: `unsent`. Cost: O(sends).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.columns import OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

UNSENT = Kind(
    "unsent",
    meaning="The application considered a record sent, its delivery was never reported, and its "
    "partition does not hold it.",
    counted="{record|records} considered sent never reached a partition",
    weight=810,
    claim="durability",
    effect="lost",
    rests_on_absence=True,
)


@checker("unsent")
def unsent(evidence: Evidence) -> CheckResult:
    """Find records that the application believes sent and no log holds."""
    specs = evidence.scenario.log_workload.producers
    careless = [spec.name for spec in specs if spec.belief == "enqueue"]
    frame = evidence.history.processes
    believers = frame.filter(frame["kind"].is_in(careless))["process"].to_list()
    sends = evidence.sends
    missing = (sends.outcome != OK) & ~evidence.held_at_the_end
    rows = np.flatnonzero(missing & np.isin(sends.process, believers))
    rows = rows[np.isin(sends.topic[rows], list(evidence.whole_topics))]

    def explain(row: int) -> Anomaly:
        proof = Proof(evidence, UNSENT).sent(row)
        proof.add("the application took it as sent when produce() returned")
        return proof.add("yet no partition of its topic contains it, all read from offset 0").end()

    return report("unsent", Found(UNSENT, rows, explain))
