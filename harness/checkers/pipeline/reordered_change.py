"""The events of a row are in their partition in the order in which the source committed them.

Evidence: an event that is the first of its change and stands behind one of a later change of the
same row in the same log. Repeats do not count: those of a replay stand behind by nature.

UNKNOWN: never. Reports: `reordered-change`, once per event that stands behind. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

REORDERED_CHANGE = Kind(
    "reordered-change",
    meaning="An event comes after one of a later change of the same row.",
    counted="{event comes|events come} after a later change of {its|their} row",
    weight=70,
    claim="change-order",
    effect="reordered",
    on_the_way=True,
    hop_column="reordered",
)


@checker("reordered-change")
def reordered_change(evidence: Evidence) -> CheckResult:
    """Find events that stand behind a later change of their row."""
    return report("reordered-change", *(_of_feed(evidence, feed) for feed in evidence.trails.feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    rows, pair = feed.by_entity((feed.change != NONE) & ~feed.repeats)
    # Each row's changes are lifted above those of all rows before it, so that one running maximum
    # serves them all.
    group = np.cumsum(np.append(False, np.diff(pair) != 0))[: len(rows)]
    lifted = feed.change[rows] + group * (feed.source.count + 1)
    behind = rows[lifted < np.maximum.accumulate(lifted)]

    def explain(event: int) -> Anomaly:
        return _explain(evidence, feed, event)

    return Found(REORDERED_CHANGE, np.sort(behind), explain, feed.hop.name)


def _explain(evidence: Evidence, feed: FeedTrail, event: int) -> Anomaly:
    before = np.arange(len(feed.op)) < event
    mine = (feed.log == feed.log[event]) & (feed.entity == feed.entity[event])
    ahead = np.flatnonzero(before & mine & (feed.change > feed.change[event]))[0]
    proof = FlowProof(evidence, REORDERED_CHANGE, feed.hop.name)
    proof.changed(int(feed.change[event])).changed(int(feed.change[ahead]), before="later, ")
    return proof.brought(feed, int(ahead), before="yet ").brought(feed, event, before="and ").end()
