"""A group receives every record of its partitions, once.

Evidence for `duplicate-processing`: polls of members of one group handed out the same value at the
same offset twice (a later subscribe or seek does not excuse it; settings may permit it). What a
transaction was handed that did not commit was not processed, and has to be handed out again. For
`group-skip`: a record between the first and the last offset of a log that the group was handed on
one stretch of its way, which no member ever was; it is in the final log, or was certain and has
been removed by retention. Only logs with a complete final read are looked at for skips. What a
reset by an administrator leaves out, between where the group had come and where it was sent, is no
skip (see `stretches`).

UNKNOWN: never by itself. Reports: `duplicate-processing`, `group-skip`, once per group and record.
Cost: O(records) per group.
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Longs, Numbers, Rows
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import Group
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.stretches import stretches
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

DUPLICATE_PROCESSING = Kind(
    "duplicate-processing",
    meaning="A record was delivered twice to members of one group.",
    counted="{record was|records were} delivered to a group more than once",
    weight=640,
    claim="processing-once",
    effect="duplicated",
    on_the_way=True,
    follows_from=("double-processing",),
)
GROUP_SKIP = Kind(
    "group-skip",
    meaning="A record between the first and the last that a group received was never delivered to "
    "any of its members.",
    counted="{record was|records were} never delivered to the group that passed {it|them}",
    weight=610,
    claim="reading",
    effect="lost",
    rests_on_absence=True,
)


@checker("group-order")
def group_order(evidence: Evidence) -> CheckResult:
    """Find records that a group was handed twice, or passed over."""
    groups = list(evidence.deliveries)
    size = len(evidence.placements.value)
    none: Numbers = np.zeros(0, dtype=np.int64)
    twice, skipped = [none], [none]
    for number, group in enumerate(groups):
        named, delivered = Group(evidence, group), evidence.deliveries[group]
        twice.append(np.flatnonzero(evidence.processed[group] > 1) + number * size)
        skipped += [
            _skipped(evidence, named, delivered, log) + number * size
            for log in np.flatnonzero(evidence.drained).tolist()
        ]

    def explain_twice(case: int) -> Anomaly:
        return _twice(evidence, groups[case // size], case % size)

    def explain_skipped(case: int) -> Anomaly:
        return _passed(evidence, groups[case // size], case % size)

    return report(
        "group-order",
        Found(DUPLICATE_PROCESSING, np.concatenate(twice), explain_twice),
        Found(GROUP_SKIP, np.concatenate(skipped), explain_skipped),
    )


def _skipped(evidence: Evidence, group: Group, delivered: Longs, log: int) -> Numbers:
    """Placements of `log` that the group passed over."""
    places = evidence.placements
    missing = places.in_log_order(log)
    missing = missing[delivered[missing] == 0]
    missing = missing[places.final[missing] | (places.offset(missing) < evidence.starts[log])]
    offset = places.offset(missing)
    passed = np.zeros(len(missing), dtype=np.bool_)
    for stretch in stretches(evidence, group, log) if len(missing) else ():
        passed |= stretch.passes(offset)
    skipped: Numbers = missing[passed]
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
    proof = Proof(evidence, DUPLICATE_PROCESSING).read(first).read(second, before="and ")
    proof.add(f"both for group {group}")
    return proof.end(int(evidence.reads.log[first]))


def _passed(evidence: Evidence, group: str, placement: int) -> Anomaly:
    places = evidence.placements
    log = int(places.log(np.array([placement]))[0])
    proof = Proof(evidence, GROUP_SKIP)
    rows = evidence.readers(placement)
    if len(rows):
        proof.read(int(rows[0]))
    elif places.sender[placement] != NONE:
        proof.sent(int(places.sender[placement]))
    offset = places.offset(np.array([placement]))
    way = stretches(evidence, Group(evidence, group), log)
    stretch = next(each for each in way if each.passes(offset)[0])
    proof.read(
        _next_beyond(evidence, stretch.rows, int(offset[0])), before=f"group {group} went on: "
    )
    return proof.add(f"but no member of group {group} was ever given the first").end(log)


def _next_beyond(evidence: Evidence, rows: Rows, offset: int) -> int:
    """The first of the rows that brought the lowest offset beyond `offset`."""
    beyond = rows[evidence.reads.offset[rows] > offset]
    return int(beyond[np.argmin(evidence.reads.offset[beyond])])
