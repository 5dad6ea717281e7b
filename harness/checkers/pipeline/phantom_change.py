"""Every event describes a change that the source committed, as it was.

Evidence: an event whose row, version and before-image are together no change of a binary log that
was read completely: nobody committed it, it was rolled back, or its before-image is wrong. Also an
event of a row's last change that the source's own table does not show in the end, because the
database lost what its binary log had already handed out.

UNKNOWN: never by itself. Reports: `phantom-change`, once per event. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.model.verdict import Anomaly, CheckResult

PHANTOM_CHANGE = Kind(
    "phantom-change",
    meaning="An event describes a change that the source did not commit, or not from that version, "
    "or no longer has.",
    counted="{event describes|events describe} what the source did not commit",
    weight=150,
    claim="capture",
    effect="aborted",
    on_the_way=True,
    hop_column="foreign",
)


@checker("phantom-change")
def phantom_change(evidence: Evidence) -> CheckResult:
    """Find events without a committed change."""
    feeds = evidence.trails.feeds if evidence.trails.source.drained else ()
    return report("phantom-change", *(_of_feed(evidence, feed) for feed in feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    undone = np.append(feed.source.undone, False)[feed.exact]
    strange = feed.speaks & ((feed.exact == NONE) | undone)
    # What the source holds, though not in its log, a feed that asks for rows shows rightly.
    held = feed.source.unlogged & (feed.source.truth != NOTHING)
    strange &= ~(held[feed.entity] & (feed.version == feed.source.truth[feed.entity]))
    events = np.flatnonzero(strange)

    def explain(event: int) -> Anomaly:
        return _explain(evidence, feed, event)

    return Found(PHANTOM_CHANGE, events, explain, feed.hop.name)


def _explain(evidence: Evidence, feed: FeedTrail, event: int) -> Anomaly:
    proof = FlowProof(evidence, PHANTOM_CHANGE, feed.hop.name).brought(feed, event)
    change = int(feed.change[event])
    if change == NONE:
        writes = feed.source.writes
        version, entity = int(feed.version[event]), int(feed.entity[event])
        asked = (writes["version"] == version) & (writes["entity"] == entity) & ~writes["is_delete"]
        for write in np.flatnonzero(asked.to_numpy())[:1].tolist():
            proof.wrote(write)
        return proof.add(f"yet the source's {feed.source.log} has no such change").end()
    if feed.exact[event] == NONE:
        return proof.changed(change, before="yet ").end()
    return proof.changed(change, after="; yet the source does not show it in the end").end()
