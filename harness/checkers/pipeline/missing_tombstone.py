"""A delete is followed by a tombstone of its row, where the feed promises tombstones.

Evidence: an event of a delete, the first of its change, that no tombstone of that row follows
before the row's next event, in topics that were read to their ends.

UNKNOWN: never by itself. Reports: `missing-tombstone`, once per delete. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, found_at, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import DELETE, TOMBSTONE, FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

MISSING_TOMBSTONE = Kind(
    "missing-tombstone",
    meaning="A delete is not followed by a tombstone, where the feed promises one.",
    counted="{delete has|deletes have} no tombstone",
    weight=80,
    claim="capture",
)


@checker("missing-tombstone")
def missing_tombstone(evidence: Evidence) -> CheckResult:
    """Find deletes without a tombstone."""
    feeds = (feed for feed in evidence.trails.tombstoned if feed.drained)
    return report("missing-tombstone", *(_of_feed(evidence, feed) for feed in feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    rows, pair = feed.by_entity((feed.speaks | (feed.kind == TOMBSTONE)) & ~feed.repeats)
    followed = (np.diff(pair) == 0) & (feed.kind[rows[1:]] == TOMBSTONE)
    bare = rows[(feed.kind[rows] == DELETE) & ~np.append(followed, False)[: len(rows)]]

    def explain(event: int) -> Anomaly:
        proof = FlowProof(evidence, MISSING_TOMBSTONE, feed.hop.name).brought(feed, event)
        return proof.add("yet no tombstone of that row follows it").end()

    bare = np.sort(bare)
    # In the order of a partition it would stand right behind the delete.
    later = np.append(feed.log[1:] == feed.log[:-1], False)[bare] & evidence.trails.keeps_order(
        feed
    )
    return found_at(evidence, MISSING_TOMBSTONE, feed.hop.name, bare, later, explain)
