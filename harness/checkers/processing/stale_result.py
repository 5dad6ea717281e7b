"""The last result of every key is that of the key's latest record.

Evidence: of the results of one log of the source, in one log of the sink and of one key, the last
is made from an earlier record than one that stands before it: whoever lets it overwrite that one
is stale, and stays so until the key changes again. Where whoever takes the results compares
versions (`versioned`) nothing overwrites a later one; of a sink that keeps one result of each
record (`deduplicated`) repeats do not count.

UNKNOWN: when source or sink were not read to their ends. Reports: `stale-result`, once per key and
pair of logs, at the hop of its processors. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.results import Results, results_of, unread
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

STALE_RESULT = Kind(
    "stale-result",
    meaning="The last result of a key overwrites that of a later record: it stays stale.",
    counted="{key ends|keys end} with the result of an earlier record than {its|their} last",
    weight=510,
    claim="last-values",
    effect="reordered",
    hop_column="stale",
    rests_on_absence=True,
)


@checker("stale-result")
def stale_result(evidence: Evidence) -> CheckResult:
    """Find keys whose last result overwrites that of a later record."""
    if problem := unread(evidence):
        return CheckResult(checker="stale-result", unknown=problem)
    compared = (each for each in results_of(evidence) if not each.spec.versioned)
    return report("stale-result", *(_overwritten(evidence, each) for each in compared))


def _overwritten(evidence: Evidence, results: Results) -> Found:
    """Paths that end with the result of an earlier record, as rows of that result."""
    if results.spec.deduplicated:
        results = results.first_of_each()
    results = results.comparable(evidence)
    path, cell = results.paths(evidence), results.cells(evidence)
    latest = np.full(int(path.max(initial=-1)) + 1, -1, dtype=np.int64)
    np.maximum.at(latest, path, cell)
    # Results are in the order of their log: of each path the last one assigned stays.
    last = np.zeros_like(latest)
    last[path] = np.arange(len(path))
    stale = np.sort(last[cell[last] < latest])

    def explain(case: int) -> Anomaly:
        ahead = int(np.flatnonzero((path == path[case]) & (cell == latest[path[case]]))[-1])
        proof = Proof(evidence, STALE_RESULT, results.spec.hop).sent(int(results.origin[case]))
        proof.sent(int(results.origin[ahead]), before="and behind it, with the same key, ")
        proof.sent(int(results.result[ahead]), before="of the later one ")
        proof.sent(int(results.result[case]), before="and of the earlier one, behind that, ")
        proof.add("which is the last result of that key")
        return proof.end(int(evidence.sends.log[results.result[case]]))

    return Found(STALE_RESULT, stale, explain, results.spec.hop)
