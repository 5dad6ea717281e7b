"""A producer's records are in a partition in the order in which it sent them.

Evidence: two sends of one process, one after the other in order of invocation, to one log, both ok
or info and both with a known place: the later one stands no later than the earlier one
(`nonmonotonic-send`). The same within one transaction, whatever its outcome
(`int-nonmonotonic-send`); there, a distance above 1 is noted as well (`int-send-skip`), although
logs interleave concurrent senders by design.

The place of a record is its first one. (The reference takes the last, so that a record appended
twice by a retry stands behind its successors.)

UNKNOWN: never. Reports: the three kinds above, once per pair. Cost: O(sends).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Rows
from harness.checkers.evidence.columns import FAIL
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.walk import Steps, Walk, strange_steps
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

NONMONOTONIC_SEND = Kind(
    "nonmonotonic-send",
    meaning="A producer's later record comes before its earlier one.",
    counted="{time|times} a producer's records are in another order than it sent them",
    weight=500,
    claim="ordering",
    effect="reordered",
    follows_from=("lost-write",),
)
INT_NONMONOTONIC_SEND = Kind(
    "int-nonmonotonic-send",
    meaning="Within one transaction, a later record comes before an earlier one.",
    counted="{time|times} a transaction's records are in another order than it sent them",
    weight=490,
    claim="ordering",
)
INT_SEND_SKIP = Kind(
    "int-send-skip",
    meaning="Within one transaction, two records of one partition have others between them, as "
    "records of concurrent producers may.",
    counted="{time|times} a transaction's records have others between them",
    weight=440,
)


@checker("send-order")
def send_order(evidence: Evidence) -> CheckResult:
    """Find producers whose records stand in another order than they were sent."""
    sends = evidence.sends
    _, outer = _steps(evidence, np.flatnonzero(sends.outcome != FAIL))
    several = np.zeros(len(sends.op), dtype=np.bool_)
    several[1:] = sends.op[1:] == sends.op[:-1]
    several[:-1] |= several[1:]
    inner, _ = _steps(evidence, np.flatnonzero(several))

    def found(kind: Kind, steps: Steps, sentence: str) -> Found:
        def explain(case: int) -> Anomaly:
            row = int(steps.after[case])
            proof = Proof(evidence, kind).sent(int(steps.before[case])).sent(row, before="then ")
            log = int(evidence.placements.log(evidence.stands[row : row + 1])[0])
            return proof.add(sentence).end(log)

        return Found(kind, np.arange(len(steps.after)), explain)

    back = "yet the later one does not come after the earlier one"
    return report(
        "send-order",
        found(NONMONOTONIC_SEND, outer.where(outer.distance < 1), back),
        found(INT_NONMONOTONIC_SEND, inner.where(inner.distance < 1), back),
        found(INT_SEND_SKIP, inner.where(inner.distance > 1), "with other records between them"),
    )


def _steps(evidence: Evidence, rows: Rows) -> tuple[Steps, Steps]:
    """Strange steps between `rows` of sends; both ends are rows of sends again."""
    places, sends = evidence.placements, evidence.sends
    stands = evidence.stands[rows]
    known = stands != NONE
    index = np.full(len(rows), NONE, dtype=np.int32)
    index[known] = places.index[places.cell(stands[known])]
    log = sends.log[rows]
    log[known] = places.log(stands[known])
    kept = np.flatnonzero(log != NONE)
    walk = Walk(
        op=sends.op[rows[kept]],
        log=log[kept],
        index=index[kept],
        leaves=np.ones(len(kept), dtype=np.bool_),
    )
    inner, outer = strange_steps(evidence, walk)
    back = rows[kept]
    return (
        Steps(back[inner.before], back[inner.after], inner.distance),
        Steps(back[outer.before], back[outer.after], outer.distance),
    )
