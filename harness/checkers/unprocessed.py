"""Every record of a source that processors have gone past has its result in the sink.

Evidence: a record of the source that the final read holds, of which no result is in the sink nor
was acknowledged, while a record behind it in the same log has one: a group takes a log in order, so
it has passed the first and will not come back to it.

UNKNOWN: when source or sink were not read to their ends. Reports: `unprocessed`, once per record,
at the hop of its processors. Cost: O(records).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence import Evidence
from harness.checkers.results import Results, results_of, unread
from harness.checkers.sentences import Story
from harness.model.verdict import Anomaly, CheckResult


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
    # The last input of each log that has a result; -1 where none has.
    last = np.full(len(evidence.log_names), -1, dtype=np.int64)
    np.maximum.at(last, log[made], np.flatnonzero(made))
    passed = rows[~made & (np.arange(len(rows)) < last[log])]

    def explain(row: int) -> Anomaly:
        place = int(np.flatnonzero(rows == row)[0])
        beyond = int(np.flatnonzero(made[place:] & (log[place:] == log[place]))[0]) + place
        story = Story(evidence, "unprocessed").sent(row)
        story.tell(f"yet {results.spec.sink} holds no result of it")
        story.sent(int(rows[beyond]), before="while a later record has one: ")
        return story.end(int(log[place]), results.spec.hop)

    return Found("unprocessed", passed, explain, results.spec.hop)
