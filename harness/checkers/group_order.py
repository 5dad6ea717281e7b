"""A group is handed every record of its logs, once.

Evidence for `duplicate-processing`: polls of members of one group handed out the same value at the
same offset twice (a later subscribe or seek does not excuse it; settings may permit it). What a
transaction was handed that did not commit was not processed, and has to be handed out again. For
`group-skip`: a record between the first and the last offset of a log that the group was handed,
which no member ever was; it is in the final log, or was certain and has been removed by retention.
Only logs with a complete final read are looked at for skips. What lies before an offset to which an
administrator reset the group may be left out; `group-progress` knows when.

UNKNOWN: never by itself. Reports: `duplicate-processing`, `group-skip`, once per group and record.
Cost: O(records) per group.
"""

import numpy as np

from harness.checkers.arrays import NONE, Longs, Numbers
from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence import Evidence
from harness.checkers.membership import reset_to
from harness.checkers.sentences import Story
from harness.model.verdict import Anomaly, CheckResult


@checker("group-order")
def group_order(evidence: Evidence) -> CheckResult:
    """Find records that a group was handed twice, or passed over."""
    groups = list(evidence.deliveries)
    size = len(evidence.placements.value)
    none: Numbers = np.zeros(0, dtype=np.int64)
    twice, skipped = [none], [none]
    for number, group in enumerate(groups):
        delivered = evidence.deliveries[group]
        twice.append(np.flatnonzero(evidence.processed[group] > 1) + number * size)
        skipped += [
            _skipped(evidence, group, delivered, log) + number * size
            for log in np.flatnonzero(evidence.drained).tolist()
        ]

    def explain_twice(case: int) -> Anomaly:
        return _twice(evidence, groups[case // size], case % size)

    def explain_skipped(case: int) -> Anomaly:
        return _passed(evidence, groups[case // size], case % size)

    return report(
        "group-order",
        Found("duplicate-processing", np.concatenate(twice), explain_twice),
        Found("group-skip", np.concatenate(skipped), explain_skipped),
    )


def _skipped(evidence: Evidence, group: str, delivered: Longs, log: int) -> Numbers:
    """Placements of `log` that the group passed over."""
    places = evidence.placements
    mine = places.in_log_order(log)
    given = mine[delivered[mine] > 0]
    if not len(given):
        return given
    cell = places.cell(mine)
    first, last = places.cell(given[[0, -1]])
    passed = mine[(cell > first) & (cell < last) & (delivered[mine] == 0)]
    held = places.final[passed] | (places.offset(passed) < evidence.starts[log])
    held &= places.offset(passed) >= reset_to(evidence, group).get(log, 0)
    skipped: Numbers = passed[held]
    return skipped


def _rows(evidence: Evidence, group: str, placement: int) -> Numbers:
    """Rows of reads that handed `placement` to members of `group`."""
    rows = evidence.readers(placement, len(evidence.reads.op))
    process = evidence.operations.process[evidence.reads.op[rows]]
    members = [number for number, name in evidence.groups.items() if name == group]
    return rows[np.isin(process, members)]


def _twice(evidence: Evidence, group: str, placement: int) -> Anomaly:
    rows = _rows(evidence, group, placement)
    first, second = rows[evidence.counting[evidence.reads.op[rows]]][:2].tolist()
    story = Story(evidence, "duplicate-processing").read(first).read(second, before="and ")
    story.tell(f"both for group {group}")
    return story.end(int(evidence.reads.log[first]))


def _passed(evidence: Evidence, group: str, placement: int) -> Anomaly:
    places = evidence.placements
    log = int(places.log(np.array([placement]))[0])
    story = Story(evidence, "group-skip")
    rows = evidence.readers(placement)
    if len(rows):
        story.read(int(rows[0]))
    elif places.sender[placement] != NONE:
        story.sent(int(places.sender[placement]))
    mine = places.in_log_order(log)
    given = mine[evidence.deliveries[group][mine] > 0]
    cell = places.cell(np.array([placement]))[0]
    beyond = given[places.cell(given) > cell][0]
    story.read(int(_rows(evidence, group, int(beyond))[0]), before=f"group {group} went on: ")
    return story.tell(f"but no member of group {group} was ever given the first").end(log)
