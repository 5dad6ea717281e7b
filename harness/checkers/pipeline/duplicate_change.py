"""Every change reaches the topics of a path once.

Evidence: two events that bring the same change of the same row; what a snapshot shows and the
streamed event of the same version are two as well, unless snapshots are taken on demand, which show
again what was there. Read from topics in any state.

UNKNOWN: never. Reports: `duplicate-change`, once per feed and change. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence import Evidence
from harness.checkers.pipeline.feed_trail import FeedTrail
from harness.checkers.pipeline.tale import Tale
from harness.model.verdict import Anomaly, CheckResult

SHOWN = 3
"""Events of one change that its explanation tells of."""


@checker("duplicate-change")
def duplicate_change(evidence: Evidence) -> CheckResult:
    """Find changes that several events bring."""
    return report("duplicate-change", *(_of_feed(evidence, feed) for feed in evidence.trails.feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    def explain(change: int) -> Anomaly:
        tale = Tale(evidence, "duplicate-change", feed.hop.name).changed(change)
        events = np.flatnonzero(feed.change == change)
        for number, event in enumerate(events[:SHOWN].tolist()):
            tale.brought(feed, event, before="and again, " if number else "")
        return tale.tell(f"{len(events)} events in all").end()

    return Found("duplicate-change", np.unique(feed.change[feed.doubled]), explain, feed.hop.name)
