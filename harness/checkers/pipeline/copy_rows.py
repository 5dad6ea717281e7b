"""At the end a copy equals the source, with each row once.

Evidence: the final rows of a copy that differ from the source's (see `copy_trail` for what is wrong
with a row and which hop is to blame). A row may be missing from a cache. What is not there counts
only where the copy was read completely.

UNKNOWN: never by itself. Reports, once per copy and row: `missing-row`, `resurrected-row` (removed
from the source), `extra-row` (never in the source), `stale-row` (an older version; in a cache it is
stale for ever), `foreign-row` (a version that the source does not have), `duplicate-row`.
Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, found_at, report
from harness.checkers.evidence.arrays import NONE, Flags
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.copy_trail import UNKNOWN_HOP, CopyTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import KINDS, Kind
from harness.history.history import NOTHING
from harness.model.verdict import Anomaly, CheckResult

MISSING_ROW = Kind(
    "missing-row",
    meaning="The source holds a row in the end that a copy lacks.",
    counted="source {row is|rows are} missing from a copy",
    weight=210,
    claim="convergence",
    effect="lost",
    hop_column="lost",
)
RESURRECTED_ROW = Kind(
    "resurrected-row",
    meaning="A row was deleted at the source, yet still exists in a copy.",
    counted="{row|rows} deleted at the source still {exists|exist} in a copy",
    weight=200,
    claim="convergence",
    hop_column="stale",
)
STALE_ROW = Kind(
    "stale-row",
    meaning="A copy holds an older version of a row than the source, in the end: it stays stale.",
    counted="{row of a copy stays|rows of a copy stay} older than the source's",
    weight=190,
    claim="convergence",
    effect="lost",
    hop_column="stale",
)
FOREIGN_ROW = Kind(
    "foreign-row",
    meaning="A copy holds a version of a row that the source does not have: it was never written, "
    "it was rolled back, or the source lost it.",
    counted="{row of a copy has|rows of a copy have} a version that the source does not have",
    weight=180,
    claim="convergence",
    effect="aborted",
    hop_column="foreign",
)
EXTRA_ROW = Kind(
    "extra-row",
    meaning="A copy holds a row that the source never had, or had and lost.",
    counted="{row of a copy is|rows of a copy are} not in the source",
    weight=160,
    claim="convergence",
    effect="aborted",
    hop_column="foreign",
)
DUPLICATE_ROW = Kind(
    "duplicate-row",
    meaning="A copy holds several rows for one key.",
    counted="{key has|keys have} several rows in a copy",
    weight=30,
    claim="convergence",
    effect="duplicated",
    hop_column="duplicate",
)

MAY_BE_LATE = (MISSING_ROW, STALE_ROW, RESURRECTED_ROW)
"""What a row looks like of which something is still on its way."""


@checker("copy-rows")
def copy_rows(evidence: Evidence) -> CheckResult:
    """Find rows of copies that are not the source's."""
    found = [
        _found(evidence, copy, KINDS[kind], hop)
        for copy in evidence.trails.copies
        for kind, by_hop in copy.blamed.items()
        for hop in by_hop
    ]
    return report("copy-rows", *found)


def _found(evidence: Evidence, copy: CopyTrail, kind: Kind, hop: str) -> Found:
    def explain(entity: int) -> Anomaly:
        return _explain(evidence, copy, kind, hop, entity)

    entities = copy.blamed[kind.name][hop]
    if kind not in MAY_BE_LATE:
        return Found(kind, entities, explain, hop)
    return found_at(evidence, kind, hop, entities, _passed(evidence, copy, hop)[entities], explain)


def _passed(evidence: Evidence, copy: CopyTrail, hop: str) -> Flags:
    """Per entity: what would make its row right has been passed over by the hop."""
    trails = evidence.trails
    if copy.feed is None or hop == copy.hop.name:
        return trails.passed_by_copy(copy)
    missed = np.zeros(copy.source.count, dtype=np.bool_)
    missed[copy.feed.missed] = True
    passed = np.append(missed & trails.passed_by_feed(copy.feed), False)
    by_entity: Flags = passed[copy.source.last]
    return by_entity


def _explain(evidence: Evidence, copy: CopyTrail, kind: Kind, hop: str, entity: int) -> Anomaly:
    proof = FlowProof(evidence, kind, hop)
    source = copy.source
    last, row = int(source.last[entity]), int(copy.newest[entity])
    if last != NONE:
        proof.changed(last, after=", its last change")
    elif source.unlogged[entity]:
        proof.add(f"the source's {source.log} has no change of {proof.named(entity)}")
    else:
        proof.add(f"the source never had {proof.named(entity)}")
    truth = int(source.truth[entity])
    if truth != source.last_version[entity]:
        what = "it no longer" if truth == NOTHING else f"version {truth}"
        proof.add(f"the source's own table has {what} in the end")
    if kind is DUPLICATE_ROW:
        for other in np.flatnonzero(copy.entity == entity)[:3].tolist():
            proof.held(copy, other, before="yet ")
    elif row == NONE:
        proof.add(f"yet {copy.hop.target}, read completely, does not hold it in the end")
    else:
        proof.held(copy, row, before="yet ")
    if _removed(evidence, copy, hop, last):
        proof.add("an event of it may have been removed: a partition starts later than it did")
    return proof.add(_blame(copy, hop, entity)).end()


def _removed(evidence: Evidence, copy: CopyTrail, hop: str, change: int) -> bool:
    """Whether the feed is blamed for an event that retention may have taken."""
    if copy.feed is None or hop != copy.feed.hop.name or change == NONE:
        return False
    return bool(evidence.trails.removed(copy.feed)[change])


def _blame(copy: CopyTrail, hop: str, entity: int) -> str:
    if hop == copy.source.hop:
        if copy.source.unlogged[entity]:
            log = copy.source.log
            return f"the source changed it without writing to its {log}, so no feed sees it"
        return "the source committed it, handed it out, and lost it"
    if copy.feed is None:
        return f"the source has it right: {copy.hop.name} broke it"
    topics = copy.feed.hop.target
    return {
        copy.hop.name: f"{topics} told it better: {copy.hop.name} broke it",
        copy.feed.hop.name: f"{copy.hop.target} did what {topics} says, or could not know better: "
        f"{copy.feed.hop.name} broke it",
        UNKNOWN_HOP: f"{topics} was not read to its end: which hop broke it is not known",
    }[hop]
