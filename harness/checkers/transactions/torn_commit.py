"""All records of a transaction are in their partitions, or none.

Evidence: a transaction of any outcome, one of whose records somebody read while another is
certainly in no log (see `absence`) and was read by nobody. The reference has no name for it: it
calls the missing half a lost write, or the visible half an aborted read, and says nothing when the
outcome of the transaction is not known. Readers that do not wait for the end of a transaction see
parts of it by design, and prove nothing here.

UNKNOWN: never by itself. Reports: `torn-commit`, once per transaction. Cost: O(records).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.absence import absent_at_the_end, passed_by
from harness.checkers.evidence.columns import TXN
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

TORN_COMMIT = Kind(
    "torn-commit",
    meaning="Some records of a transaction were read, and others are in no partition.",
    counted="{transaction was|transactions were} committed only in part",
    weight=710,
    claim="atomicity",
    rests_on_absence=True,
)


@checker("torn-commit")
def torn_commit(evidence: Evidence) -> CheckResult:
    """Find transactions of which a part is there."""
    sends, operations = evidence.sends, evidence.operations
    seen = np.zeros(len(operations.f), dtype=np.bool_)
    seen[sends.op[evidence.read_for_good]] = True
    seen &= operations.f == TXN
    unread = np.flatnonzero(seen[sends.op] & ~evidence.read)
    missing = absent_at_the_end(evidence, unread)
    if len(unread) > len(missing):
        missing = np.union1d(missing, np.intersect1d(unread, passed_by(evidence)))
    torn = missing[np.unique(sends.op[missing], return_index=True)[1]]

    def explain(row: int) -> Anomaly:
        proof = Proof(evidence, TORN_COMMIT)
        siblings = np.flatnonzero(evidence.read_for_good & (sends.op == sends.op[row]))
        sibling = int(siblings[0])
        places = np.flatnonzero(evidence.placements.sender == sibling)
        rows = np.flatnonzero(np.isin(evidence.placements.of_read, places))
        reader = int(rows[~evidence.placements.provisional[rows]][0])
        proof.sent(sibling).read(reader, before="and ")
        proof.sent(row, before="the same ").absent(row)
        gone = int(np.count_nonzero(sends.op[missing] == sends.op[row]))
        if gone > 1:
            total = int(np.count_nonzero(sends.op == sends.op[row]))
            proof.add(f"so it is with {gone} of the {total} records of this transaction")
        return proof.end(int(sends.log[row]))

    return report("torn-commit", Found(TORN_COMMIT, torn, explain))
