"""Results of records of one key are in the sink in the order of these records in the source.

Evidence: a result that is the first of its record and stands, in one log of the sink, behind one of
a later record of the same key and the same log of the source. Repeats do not count: what is done
again stands behind by nature.

UNKNOWN: when source or sink were not read to their ends. Reports: `reordered-result`, once per
result that stands behind, at the hop of its processors. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.results import Results, results_of, unread
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

REORDERED_RESULT = Kind(
    "reordered-result",
    meaning="The result of a record comes after that of a later record of the same key.",
    counted="{result comes|results come} after that of a later record of {its|their} key",
    weight=520,
    claim="processing",
    effect="reordered",
    hop_column="reordered",
)


@checker("reordered-result")
def reordered_result(evidence: Evidence) -> CheckResult:
    """Find results that stand behind that of a later record of their key."""
    if problem := unread(evidence):
        return CheckResult(checker="reordered-result", unknown=problem)
    return report("reordered-result", *(_behind(evidence, each) for each in results_of(evidence)))


def _behind(evidence: Evidence, results: Results) -> Found:
    results = results.first_of_each().comparable(evidence)
    result, origin = results.result, results.origin
    path, cell = results.paths(evidence), results.cells(evidence)
    order = np.argsort(path, kind="stable")
    # Each path is lifted above those before it, so that one running maximum serves them all.
    lifted = cell[order] + path[order] * (int(cell.max(initial=0)) + 1)
    highest = np.maximum.accumulate(lifted)
    behind = np.sort(order[lifted < highest])

    def explain(case: int) -> Anomaly:
        later = np.flatnonzero((path == path[case]) & (cell > cell[case]))
        ahead = int(later[later < case][0])
        proof = Proof(evidence, REORDERED_RESULT, results.spec.hop).sent(int(origin[case]))
        proof.sent(int(origin[ahead]), before="and behind it, with the same key, ")
        proof.sent(int(result[ahead]), before="yet of the later one ")
        proof.sent(int(result[case]), before="and of the earlier one, behind that, ")
        log = int(evidence.placements.log(evidence.stands[result[case : case + 1]])[0])
        return proof.end(log)

    return Found(REORDERED_RESULT, behind, explain, results.spec.hop)
