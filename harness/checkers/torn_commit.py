"""Of a transaction all records are in their logs, or none.

Evidence: a transaction of any outcome, one of whose records somebody read while another is
certainly in no log (see `absence`) and was read by nobody. The reference has no name for it: it
calls the missing half a lost write, or the visible half an aborted read, and says nothing when the
outcome of the transaction is not known.

UNKNOWN: never by itself. Reports: `torn-commit`, once per transaction. Cost: O(records).
"""

import numpy as np

from harness.checkers.absence import absent_at_the_end, passed_by
from harness.checkers.checker import Found, checker, report
from harness.checkers.columns import TXN
from harness.checkers.evidence import Evidence
from harness.checkers.sentences import Story
from harness.model.verdict import Anomaly, CheckResult


@checker("torn-commit")
def torn_commit(evidence: Evidence) -> CheckResult:
    """Find transactions of which a part is there."""
    sends, operations = evidence.sends, evidence.operations
    seen = np.zeros(len(operations.f), dtype=np.bool_)
    seen[sends.op[evidence.read]] = True
    seen &= operations.f == TXN
    unread = np.flatnonzero(seen[sends.op] & ~evidence.read)
    missing = absent_at_the_end(evidence, unread)
    if len(unread) > len(missing):
        missing = np.union1d(missing, np.intersect1d(unread, passed_by(evidence)))
    torn = missing[np.unique(sends.op[missing], return_index=True)[1]]

    def explain(row: int) -> Anomaly:
        story = Story(evidence, "torn-commit")
        siblings = np.flatnonzero(evidence.read & (sends.op == sends.op[row]))
        sibling = int(siblings[0])
        places = np.flatnonzero(evidence.placements.sender == sibling)
        reader = next(
            int(rows[0]) for place in places.tolist() if len(rows := evidence.readers(place))
        )
        story.sent(sibling).read(reader, before="and ")
        return story.sent(row, before="the same ").absent(row).end(int(sends.log[row]))

    return report("torn-commit", Found("torn-commit", torn, explain))
