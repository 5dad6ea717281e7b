"""A record acknowledged before another was sent to the same partition comes before it.

Evidence: send A is ok and completed before send B, of any producer, began; both stand in one log,
A behind B. In a log with a complete final read both must be in it, so that a record which was told
an offset and then lost is no evidence of order. Intervals are closed: equal times are concurrent.

UNKNOWN: never. Reports: `realtime-order`, once per record A that stands behind such a B.
Cost: O(records): along a log, the latest beginning so far is compared with each completion.
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Numbers
from harness.checkers.evidence.columns import NEVER, OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof, times_of
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

REALTIME_ORDER = Kind(
    "realtime-order",
    meaning="A record was acknowledged before another was sent, yet comes after it.",
    counted="{record comes|records come} after one that was sent later than {its|their} "
    "acknowledgement",
    weight=530,
    claim="ordering",
    effect="reordered",
)


@checker("realtime-order")
def realtime_order(evidence: Evidence) -> CheckResult:
    """Find records that stand behind one which was sent after their acknowledgement."""
    pairs = [_of_log(evidence, log) for log in range(len(evidence.log_names))]
    none: Numbers = np.zeros(0, dtype=np.int32)
    behind = np.concatenate([none, *(each for each, _ in pairs)])
    ahead = np.concatenate([none, *(each for _, each in pairs)])

    def explain(case: int) -> Anomaly:
        return _explain(evidence, int(behind[case]), int(ahead[case]))

    return report("realtime-order", Found(REALTIME_ORDER, np.arange(len(behind)), explain))


def _of_log(evidence: Evidence, log: int) -> tuple[Numbers, Numbers]:
    """Rows of sends that stand too far behind, and for each a row that it should stand before."""
    rows, cells = _in_order(evidence, log)
    sends, operations = evidence.sends, evidence.operations
    op = sends.op[rows]
    ended = np.where(sends.outcome[rows] == OK, operations.complete_ns[op], NEVER)
    latest = np.maximum.accumulate(operations.invoke_ns[op])
    # Records that share an offset do not stand behind each other.
    position = np.arange(len(rows))
    first = np.maximum.accumulate(np.where(np.diff(cells, prepend=-1) != 0, position, 0))
    before = latest[first - 1]
    late = np.flatnonzero((first > 0) & (before > ended))
    # The latest beginning so far belongs to the first record that reached it.
    return rows[late], rows[np.searchsorted(latest, before[late])]


def _in_order(evidence: Evidence, log: int) -> tuple[Numbers, Numbers]:
    """Rows of the sends whose records stand in `log`, and the cell where each first does."""
    places = evidence.placements
    mine = places.in_log_order(log)
    if evidence.drained[log]:
        mine = mine[places.final[mine]]
    mine = mine[places.sender[mine] != NONE]
    senders = places.sender[mine]
    if evidence.repeated[senders].any():
        first = np.sort(np.unique(senders, return_index=True)[1])
        mine, senders = mine[first], senders[first]
    return senders, places.cell(mine)


def _explain(evidence: Evidence, behind: int, ahead: int) -> Anomaly:
    sends = evidence.sends
    log = int(evidence.placements.log(evidence.stands[behind : behind + 1])[0])
    proof = Proof(evidence, REALTIME_ORDER).sent(behind)
    proof.add(f"it {times_of(evidence, int(sends.op[behind]))}").sent(ahead, before="only then ")
    proof.add(f"it {times_of(evidence, int(sends.op[ahead]))}")
    return proof.add("yet the first record comes after the second").end(log)
