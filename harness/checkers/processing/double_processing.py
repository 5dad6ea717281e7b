"""Every record that a group consumes has its effect once.

A transaction consumes a record when it polls it and commits, as a part of itself, the offset
behind it. Evidence: two ok transactions of members of one group that consumed the same record.
Handing a record out again is no such thing: what an aborted transaction polled comes again.

Of processors the results are looked at instead: two results of one record that the final read of
their sink holds, unless whoever takes them keeps one of each record (`deduplicated`).

UNKNOWN: when the sink of processors was not read to its end. Reports: `double-processing`, once per
group and record; of processors at their hop. Cost: O(reads of transactions, results).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import Longs, Rows
from harness.checkers.evidence.columns import OK, TXN
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.results import Results, results_of, unread
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

DOUBLE_PROCESSING = Kind(
    "double-processing",
    meaning="Two committed transactions of one group consumed the same record, or a sink holds two "
    "results of it.",
    counted="{record was|records were} processed more than once",
    weight=660,
    claim="exactly-once",
    effect="duplicated",
    hop_column="duplicate",
)


@checker("double-processing")
def double_processing(evidence: Evidence) -> CheckResult:
    """Find records that were processed twice."""
    if problem := unread(evidence):
        return CheckResult(checker="double-processing", unknown=problem)
    return report(
        "double-processing",
        _consumed_twice(evidence),
        *(_made_twice(evidence, each) for each in results_of(evidence)),
    )


def _made_twice(evidence: Evidence, results: Results) -> Found:
    """Records with several results in the sink, as rows of sends."""
    origins, count = np.unique(results.origin, return_counts=True)
    twice = origins[(count > 1) & (not results.spec.deduplicated)]

    def explain(origin: int) -> Anomaly:
        first, second = results.result[results.origin == origin][:2].tolist()
        proof = Proof(evidence, DOUBLE_PROCESSING, results.spec.hop).sent(origin)
        proof.sent(first, before="of it ").sent(second, before="and again ")
        proof.add(f"and {results.spec.sink} holds both")
        return proof.end(int(evidence.sends.log[second]))

    return Found(DOUBLE_PROCESSING, twice, explain, results.spec.hop)


def _consumed_twice(evidence: Evidence) -> Found:
    """Records that two committed transactions of one group consumed."""
    rows = _consumed(evidence)
    size = len(evidence.placements.value)
    groups = sorted(set(evidence.groups.values()))
    case = _group_of(evidence, groups)[evidence.reads.op[rows]] * size
    case += evidence.placements.of_read[rows]
    # A transaction that polls a record twice goes back; it consumes the record once.
    order = np.lexsort((rows, evidence.reads.op[rows], case))
    rows, case = rows[order], case[order]
    op = evidence.reads.op[rows]
    once = np.ones(len(rows), dtype=np.bool_)
    once[1:] = (np.diff(case) != 0) | (np.diff(op) != 0)
    rows, case = rows[once], case[once]
    again = np.flatnonzero(np.diff(case) == 0) + 1
    again = again[np.unique(case[again], return_index=True)[1]]

    def explain(second: int) -> Anomaly:
        proof = Proof(evidence, DOUBLE_PROCESSING)
        proof.read(int(rows[second - 1])).read(int(rows[second]), before="and ")
        group = groups[int(case[second]) // size]
        proof.add(f"each in a committed transaction that moved group {group} past it")
        return proof.end(int(evidence.reads.log[rows[second]]))

    return Found(DOUBLE_PROCESSING, again, explain)


def _consumed(evidence: Evidence) -> Rows:
    """Rows of reads whose transaction is ok and committed an offset behind the record."""
    operations, reads = evidence.operations, evidence.reads
    commits = evidence.history.commits
    logs = max(1, len(evidence.log_names))
    committing = (operations.f == TXN) & (operations.outcome == OK)
    processors = {each.name for each in evidence.scenario.log_workload.processors}
    consumers = [each for each in evidence.groups if evidence.kinds[each] not in processors]
    committing &= np.isin(operations.process, consumers)
    path = commits["op"].to_numpy().astype(np.int64) * logs + commits["log"].to_numpy()
    order = np.argsort(path, kind="stable")
    path, position = path[order], commits["offset"].to_numpy()[order]
    rows = np.flatnonzero(committing[reads.op])
    wanted = reads.op[rows].astype(np.int64) * logs + reads.log[rows]
    # Of several commits of one log in a transaction the last counts.
    found = np.searchsorted(path, wanted, side="right") - 1
    known = (found >= 0) & (np.append(path, -1)[found] == wanted)
    behind = known & (np.append(position, 0)[found] > reads.offset[rows])
    consumed: Rows = rows[behind]
    return consumed


def _group_of(evidence: Evidence, groups: list[str]) -> Longs:
    """Per operation: the number of its process's group, 0 also for those without one."""
    number = np.zeros(len(evidence.operations.process), dtype=np.int64)
    for process, group in evidence.groups.items():
        number[evidence.operations.process == process] = groups.index(group)
    return number
