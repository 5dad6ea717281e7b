"""A reader receives every record of its partition, in order.

Evidence: two records that one process was given one after the other on one log, whose dense
distance in the version order is above 1 (`poll-skip`; `int-poll-skip` within one operation) or
below 1 (`nonmonotonic-poll`, `int-nonmonotonic-poll`). The newer operation may have any outcome,
positions come from ok operations; see `walk` for what a rebalance excuses.

What a reader was given of transactions that were not committed is left out: others never see it.

A record's index is that of the offset it was read at. (The reference takes the last place of the
value instead, so that a duplicate in the log makes every reader of it go back.)

UNKNOWN: never. Reports: the four kinds above, once per pair. Cost: O(reads).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Ints
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.evidence.walk import Steps, Walk, strange_steps
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

NONMONOTONIC_POLL = Kind(
    "nonmonotonic-poll",
    meaning="A reader went back to, or before, a record that it had already received.",
    counted="{time|times} a reader went back",
    weight=480,
    claim="reading",
    follows_from=("lost-write",),
)
INT_NONMONOTONIC_POLL = Kind(
    "int-nonmonotonic-poll",
    meaning="Within one poll, a reader received records out of order or twice.",
    counted="{time|times} a reader went back within one poll",
    weight=470,
    claim="reading",
)
POLL_SKIP = Kind(
    "poll-skip",
    meaning="Between two polls, a reader skipped records of its partition.",
    counted="{time|times} a reader skipped records",
    weight=460,
    claim="reading",
    rests_on_absence=True,
)
INT_POLL_SKIP = Kind(
    "int-poll-skip",
    meaning="Within one poll, a reader skipped records of its partition.",
    counted="{time|times} a reader skipped records within one poll",
    weight=450,
    claim="reading",
    rests_on_absence=True,
    follows_from=("poll-skip",),
)


@checker("poll-order")
def poll_order(evidence: Evidence) -> CheckResult:
    """Find records that a reader skipped, and readers that went back."""
    inner, outer = _steps(evidence)

    def found(kind: Kind, steps: Steps) -> Found:
        cases = np.arange(len(steps.after))
        return Found(kind, cases, lambda case: _explain(evidence, kind, steps, case))

    return report(
        "poll-order",
        found(POLL_SKIP, outer.where(outer.distance > 1)),
        found(NONMONOTONIC_POLL, outer.where(outer.distance < 1)),
        found(INT_POLL_SKIP, inner.where(inner.distance > 1)),
        found(INT_NONMONOTONIC_POLL, inner.where(inner.distance < 1)),
    )


def _steps(evidence: Evidence) -> tuple[Steps, Steps]:
    """Strange steps between rows of reads."""
    places, reads = evidence.placements, evidence.reads
    index = places.index[places.cell(places.of_read)]
    if not places.provisional.any():
        walk = Walk(op=reads.op, log=reads.log, index=index, leaves=reads.ok)
        return strange_steps(evidence, walk)
    # Among what is committed, records that only some readers are given have no place.
    kept = np.flatnonzero(~places.provisional)
    walk = Walk(op=reads.op[kept], log=reads.log[kept], index=index[kept], leaves=reads.ok[kept])
    inner, outer = strange_steps(evidence, walk)
    return (
        Steps(kept[inner.before], kept[inner.after], inner.distance),
        Steps(kept[outer.before], kept[outer.after], outer.distance),
    )


def _explain(evidence: Evidence, kind: Kind, steps: Steps, case: int) -> Anomaly:
    before, after = int(steps.before[case]), int(steps.after[case])
    distance = int(steps.distance[case])
    proof = Proof(evidence, kind).read(before).read(after, before="then ")
    if distance > 1:
        _skipped(evidence, proof, before, distance - 1)
    else:
        proof.add("which does not come after it in the partition")
    return proof.end(int(evidence.reads.log[after]))


def _skipped(evidence: Evidence, proof: Proof, before: int, count: int) -> None:
    """Tell of the first of `count` records that the reader of row `before` passed over."""
    places = evidence.placements
    log = int(evidence.reads.log[before])
    span = places.cells.span(log)
    begin = int(places.cell(places.of_read[before : before + 1])[0])
    index: Ints = places.index[begin : span.stop]
    cell = begin + int(np.searchsorted(index, index[0] + 1))
    here = [cell, *(np.flatnonzero(places.extra_cell == cell) + places.cells.size).tolist()]
    place = next(each for each in here if places.certain[each])
    lead = "passing over a record: " if count == 1 else f"passing over {count} records, the first: "
    rows = evidence.readers(place)
    if len(rows):
        proof.read(int(rows[0]), before=lead)
    elif places.sender[place] != NONE:
        proof.sent(int(places.sender[place]), before=lead)
