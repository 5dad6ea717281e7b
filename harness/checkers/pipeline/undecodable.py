"""Every record of a change topic can be decoded.

Evidence: a record of the final read whose bytes the schema it names does not fit, or that names a
schema which the registry does not have.

UNKNOWN: never. Reports: `undecodable`, once per record. Cost: O(events).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence import Evidence
from harness.checkers.pipeline.feed_trail import UNREADABLE, FeedTrail
from harness.checkers.pipeline.tale import Tale
from harness.model.verdict import Anomaly, CheckResult


@checker("undecodable")
def undecodable(evidence: Evidence) -> CheckResult:
    """Find records that nobody can read."""
    return report("undecodable", *(_of_feed(evidence, feed) for feed in evidence.trails.feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    def explain(event: int) -> Anomaly:
        tale = Tale(evidence, "undecodable", feed.hop.name)
        return tale.unreadable(feed, event).end()

    return Found("undecodable", np.flatnonzero(feed.kind == UNREADABLE), explain, feed.hop.name)
