"""Records of a key are in one partition of their topic.

Only a partition has an order: what stands in two, nobody can tell the order of.

Evidence: two sends of one key to one topic whose records certainly stand in different logs, by what
their senders were told or readers saw. A record without a key belongs to no partition.

UNKNOWN: never. Reports: `split-key`, once per topic and key. Cost: O(sends).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

SPLIT_KEY = Kind(
    "split-key",
    meaning="Records of one key are in several partitions of a topic, so that nothing orders them.",
    counted="{key has|keys have} records in several partitions",
    weight=370,
    claim="key-order",
)


@checker("split-key")
def split_key(evidence: Evidence) -> CheckResult:
    """Find keys whose records stand in several partitions."""
    sends, places = evidence.sends, evidence.placements
    rows = np.flatnonzero((sends.key >= 0) & (evidence.stands != NONE))
    log = places.log(evidence.stands[rows])
    order = np.lexsort((rows, sends.key[rows], sends.topic[rows]))
    rows, log = rows[order], log[order]
    same = (np.diff(sends.key[rows]) == 0) & (np.diff(sends.topic[rows]) == 0)
    moved = np.flatnonzero(same & (np.diff(log) != 0))
    keys = np.stack([sends.topic[rows[moved]], sends.key[rows[moved]]], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    cases = np.sort(moved[first])

    def explain(case: int) -> Anomaly:
        before, after = int(rows[case]), int(rows[case + 1])
        proof = Proof(evidence, SPLIT_KEY)
        for row, at, lead in ((before, log[case], ""), (after, log[case + 1], "and ")):
            proof.sent(row, before=lead)
            proof.add(f"it is in {evidence.log_names[int(at)]}")
        return proof.add(f"both have the key {int(sends.key[before])}").end(int(log[case + 1]))

    return report("split-key", Found(SPLIT_KEY, cases, explain))
