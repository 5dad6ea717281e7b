"""Consumers receive the records of a key in the order in which their producer sent them.

Evidence: a producer sent two records of one key, one right after the other among those that a kind
of consumers was given; they stand in different logs, and the later one was given first: to the same
consumer, or in a poll that was over before the other began. What is given again does not count.
Within one log, `send-order` and `poll-order` say it exactly.

UNKNOWN: never. Reports: `reordered-key`, once per kind of consumers and pair of records.
Cost: O(reads), sorted.
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Rows
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

REORDERED_KEY = Kind(
    "reordered-key",
    meaning="A consumer received a producer's later record of a key before its earlier one, from "
    "another partition.",
    counted="{time|times} a consumer received records of a key in the wrong order",
    weight=360,
    claim="key-order",
)


@checker("reordered-key")
def reordered_key(evidence: Evidence) -> CheckResult:
    """Find consumers that were given a later record of a key before an earlier one."""
    kinds = evidence.history.processes.filter(client="consumer")["kind"].unique().sort()
    pairs = [_pairs(evidence, kind) for kind in kinds]
    both = np.concatenate([*pairs, np.zeros((0, 2), dtype=np.intp)])

    def explain(case: int) -> Anomaly:
        later, earlier = both[case].tolist()
        sender = evidence.placements.sender[evidence.placements.of_read[[earlier, later]]]
        proof = Proof(evidence, REORDERED_KEY).sent(int(sender[0]))
        proof.sent(int(sender[1]), before="and after it, of the same key, ")
        proof.read(later).read(earlier, before="and only then ")
        return proof.end(int(evidence.reads.log[earlier]))

    return report("reordered-key", Found(REORDERED_KEY, np.arange(len(both)), explain))


def _pairs(evidence: Evidence, kind: str) -> Rows:
    """Rows of reads, two and two: one that came too early, and one that came too late."""
    sends, reads, places = evidence.sends, evidence.reads, evidence.placements
    names = evidence.history.processes.filter(client="consumer", kind=kind)["process"].to_numpy()
    process = evidence.operations.process[reads.op]
    sender = places.sender[places.of_read]
    rows = np.flatnonzero(np.isin(process, names) & (sender != NONE) & ~reads.final)
    rows = rows[sends.key[sender[rows]] >= 0]
    _, first = np.unique(sender[rows], return_index=True)
    rows = rows[first]  # in the order of sends, each where it was given first
    by = sender[rows]
    order = np.lexsort((by, sends.key[by], sends.process[by], sends.topic[by]))
    rows, by = rows[order], by[order]
    one, two = rows[:-1], rows[1:]
    same = (
        (np.diff(sends.topic[by]) == 0)
        & (np.diff(sends.process[by]) == 0)
        & (np.diff(sends.key[by]) == 0)
        & (reads.log[one] != reads.log[two])
        & (two < one)
    )
    operations = evidence.operations
    over = operations.complete_ns[reads.op[two]] <= operations.invoke_ns[reads.op[one]]
    wrong = same & (over | (process[one] == process[two]))
    found: Rows = np.stack([two[wrong], one[wrong]], axis=1)
    return found
