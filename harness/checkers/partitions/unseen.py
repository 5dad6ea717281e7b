"""An acknowledged record is read.

Evidence: a send that is ok and whose value no ok operation read, in a log without a complete final
read; with one, `lost-write` says it exactly. It cannot tell lost from slow.

UNKNOWN: never by itself. Reports: `unseen`. Cost: O(sends).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.columns import OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import ACKED, Kind
from harness.model.verdict import Anomaly, CheckResult

UNSEEN = Kind(
    "unseen",
    meaning="A record was acknowledged and never read, from a partition that was not read to its "
    "end: it is lost or only slow.",
    counted="{was|were} never read",
    total=ACKED,
    weight=780,
    claim="durability",
    rests_on_absence=True,
    follows_from=("dead-service",),
)


@checker("unseen")
def unseen(evidence: Evidence) -> CheckResult:
    """Find acknowledged records that nobody read from a log that nobody read to its end."""
    sends = evidence.sends
    rows = np.flatnonzero((sends.outcome == OK) & ~evidence.read_ok)
    if len(rows):
        log = sends.log[rows]
        drained = np.append(evidence.drained, False)[log]
        whole = (log == NONE) & np.isin(sends.topic[rows], list(evidence.whole_topics))
        rows = rows[~drained & ~whole]

    def explain(row: int) -> Anomaly:
        proof = Proof(evidence, UNSEEN).sent(row)
        return proof.add("and no successful poll ever returned it").end(int(sends.log[row]))

    return report("unseen", Found(UNSEEN, rows, explain))
