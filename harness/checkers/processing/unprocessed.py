"""Every record of a source that processors have gone past has its result in the sink.

Evidence: a record of the source that the final read holds, of which no result is in the sink nor
was acknowledged, while a record behind it in the same log has one: a group takes a log in order, so
it has passed the first and will not come back to it. Threads of one worker are in different places
of a log: theirs are passed when a commit behind them was acknowledged, too.

UNKNOWN: when source or sink were not read to their ends. Reports: `unprocessed`, once per record,
at the hop of its processors. Cost: O(records).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import Longs
from harness.checkers.evidence.columns import OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.results import Results, results_of, unread
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

UNPROCESSED = Kind(
    "unprocessed",
    meaning="Processors went past a record of their source, and their sink holds no result of it.",
    counted="source {record has|records have} no result",
    weight=800,
    claim="processing",
    effect="lost",
    hop_column="lost",
    rests_on_absence=True,
)


@checker("unprocessed")
def unprocessed(evidence: Evidence) -> CheckResult:
    """Find records that processors passed over."""
    if problem := unread(evidence):
        return CheckResult(checker="unprocessed", unknown=problem)
    return report("unprocessed", *(_passed(evidence, each) for each in results_of(evidence)))


def _passed(evidence: Evidence, results: Results) -> Found:
    rows = results.inputs
    log = evidence.placements.log(evidence.stands[rows])
    made = results.made[rows]
    # Per log: how many inputs stand before the last one that has a result.
    before = np.zeros(len(evidence.log_names), dtype=np.int64)
    np.maximum.at(before, log[made], np.flatnonzero(made))
    passed = ~made & (np.arange(len(rows)) < before[log])
    if results.spec.threads > 1:
        offset = evidence.placements.offset(evidence.stands[rows])
        passed &= offset < _committed(evidence, results)[log]

    def explain(row: int) -> Anomaly:
        place = int(np.flatnonzero(rows == row)[0])
        beyond = int(np.flatnonzero(made[place:] & (log[place:] == log[place]))[0]) + place
        proof = Proof(evidence, UNPROCESSED, results.spec.hop).sent(row)
        proof.add(f"yet {results.spec.sink} holds no result of it")
        proof.sent(int(rows[beyond]), before="while a later record has one: ")
        return proof.end(int(log[place]))

    return Found(UNPROCESSED, rows[passed], explain, results.spec.hop)


def _committed(evidence: Evidence, results: Results) -> Longs:
    """Per log: the highest offset whose commit by a worker was acknowledged; 0 where none was."""
    operations, commits = evidence.operations, evidence.history.commits
    op = commits["op"].to_numpy()
    told = (operations.outcome[op] == OK) & np.isin(operations.process[op], results.processes)
    highest = np.zeros(len(evidence.log_names), dtype=np.int64)
    np.maximum.at(highest, commits["log"].to_numpy()[told], commits["offset"].to_numpy()[told])
    return highest
