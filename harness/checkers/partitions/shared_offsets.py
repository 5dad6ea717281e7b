"""One offset of a partition belongs to one record.

Evidence: two values at one offset. `inconsistent-offsets` takes what readers saw and what senders
that must have committed were told; `forked-offset` takes readers alone.

UNKNOWN: never. Reports: `inconsistent-offsets`, `forked-offset`, once per offset.
Cost: O(placements that share an offset).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Flags, Numbers
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

FORKED_OFFSET = Kind(
    "forked-offset",
    meaning="Two readers saw different records at one offset.",
    counted="{offset|offsets} showed different records to different readers",
    weight=770,
    claim="durability",
    follows_from=("lost-write",),
)
INCONSISTENT_OFFSETS = Kind(
    "inconsistent-offsets",
    meaning="One offset was given to two records: by delivery reports, by readers, or by both.",
    counted="{offset was|offsets were} given to more than one record",
    weight=760,
    claim="durability",
    follows_from=("lost-write",),
)


@checker("shared-offsets")
def shared_offsets(evidence: Evidence) -> CheckResult:
    """Find offsets with several values."""
    places = evidence.placements

    def found(kind: Kind, counted: Flags) -> Found:
        cells = _shared(evidence, counted)
        return Found(kind, cells, lambda cell: _explain(evidence, kind, cell, counted))

    return report(
        "shared-offsets",
        found(INCONSISTENT_OFFSETS, places.certain),
        found(FORKED_OFFSET, places.seen),
    )


def _shared(evidence: Evidence, counted: Flags) -> Numbers:
    """Cells with two or more `counted` placements."""
    places = evidence.placements
    extra = places.extra_cell[counted[places.cells.size :]]
    cells, count = np.unique(extra, return_counts=True)
    return cells[count + counted[cells] >= 2]


def _explain(evidence: Evidence, kind: Kind, cell: int, counted: Flags) -> Anomaly:
    places = evidence.placements
    here = [cell, *(np.flatnonzero(places.extra_cell == cell) + places.cells.size).tolist()]
    proof = Proof(evidence, kind)
    for place in here:
        if not counted[place]:
            continue
        rows = evidence.readers(place)
        if len(rows):
            proof.read(int(rows[0]))
        elif places.sender[place] != NONE:
            proof.sent(int(places.sender[place]))
    return proof.end(int(places.cells.log(np.array([cell]))[0]))
