"""A reader of a copy never sees a row go back.

Evidence: within one reader, a read that is ok and shows a row in an older version than one that it
saw before, or finds nothing although no removal of the row after what it saw before had begun.
Where a row can have been removed, the earliest delete that agrees counts. That a cache holds
nothing says nothing.

UNKNOWN: never. Reports: `nonmonotonic-sighting`, once per sight. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Longs, Rows
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.evidence.pipeline.sight_trail import SightTrail
from harness.checkers.evidence.pipeline.source import LAST
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

NONMONOTONIC_SIGHTING = Kind(
    "nonmonotonic-sighting",
    meaning="A reader of a copy saw a row go back to an older version.",
    counted="{time|times} a reader saw a row go back",
    weight=50,
    claim="freshness",
    effect="reordered",
    hop_column="reordered",
)


@checker("nonmonotonic-sighting")
def nonmonotonic_sighting(evidence: Evidence) -> CheckResult:
    """Find sights of rows that go back behind an earlier sight of the same reader."""
    found = (_of_copy(evidence, sights) for sights in evidence.trails.sights)
    return report("nonmonotonic-sighting", *found)


def _of_copy(evidence: Evidence, sights: SightTrail) -> Found:
    rows, group = sights.by_reader()
    behind, ahead = _behind(sights, rows, group)
    seen = dict(zip(behind.tolist(), ahead.tolist(), strict=True))

    def explain(sight: int) -> Anomaly:
        return _explain(evidence, sights, sight, seen[sight])

    return Found(NONMONOTONIC_SIGHTING, np.sort(behind), explain, sights.copy.hop.name)


def _behind(sights: SightTrail, rows: Rows, group: Longs) -> tuple[Rows, Longs]:
    """Sights that go back, and for each the newest change seen before it."""
    source = sights.source
    nothing = sights.nothing[rows]
    seen = _running(np.where(nothing, NONE, sights.change[rows]), group, source.count)
    deleted = source.delete_after(sights.entity[rows], seen)
    deleted[deleted == LAST] = NONE
    deleted[source.begun_ns(deleted) > sights.complete_ns[rows]] = NONE
    vanished = nothing & (seen != NONE) & (deleted == NONE)
    # Nothing before anything was seen is what was before the first insert.
    empty = np.where(seen == NONE, NONE, deleted)
    place = np.where(nothing, empty, sights.change[rows])
    newest = _running(place, group, source.count)
    back = vanished | (~nothing & (place < newest))
    return rows[back], np.where(vanished, seen, newest)[back]


def _running(change: Longs, group: Longs, count: int) -> Longs:
    """The newest change so far within each group."""
    width = count + 2
    lifted = np.maximum.accumulate(change + 1 + group * width)
    return lifted - group * width - 1


def _explain(evidence: Evidence, sights: SightTrail, sight: int, ahead: int) -> Anomaly:
    hop, source = sights.copy.hop, sights.source
    entity = int(sights.entity[sight])
    mine = (sights.process == sights.process[sight]) & (sights.entity == entity)
    shows = sights.nothing if source.deletes[ahead] else sights.change == ahead
    earlier = np.flatnonzero(mine & shows & (np.arange(len(mine)) < sight))[-1]
    proof = FlowProof(evidence, NONMONOTONIC_SIGHTING, hop.name).changed(ahead)
    for number, before in ((int(earlier), ""), (sight, "yet later, ")):
        version = int(sights.version[number])
        proof.saw(int(sights.op[number]), entity, version, hop.target, before=before)
    if sights.nothing[sight]:
        return proof.add("and no writer had deleted that row since").end()
    return proof.changed(int(sights.change[sight]), before="which was older: ").end()
