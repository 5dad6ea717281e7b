"""Every committed change reaches the topics of every path.

Evidence: a change that the feed owes an event for (see `feed_trail`), of whose version, or of whose
removal, no event of topics that were read to their ends tells. For a feed that polls only the last
change of a row is owed. Whether the event is truthful is `phantom-change`'s to say.

Of a feed that had not finished, a change counts that it has passed (see `passed_over`).

UNKNOWN: never by itself. Reports: `missed-change`, once per feed and change. Cost: O(n log n).
"""

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence import Evidence
from harness.checkers.pipeline.feed_trail import FeedTrail
from harness.checkers.pipeline.found import found_at
from harness.checkers.pipeline.tale import Tale
from harness.model.verdict import Anomaly, CheckResult


@checker("missed-change")
def missed_change(evidence: Evidence) -> CheckResult:
    """Find committed changes that no event brings."""
    return report("missed-change", *(_of_feed(evidence, feed) for feed in evidence.trails.feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    def explain(change: int) -> Anomaly:
        tale = Tale(evidence, "missed-change", feed.hop.name).changed(change)
        return tale.tell(f"yet {feed.hop.target}, read to the end, has no event of it").end()

    passed = evidence.trails.passed_by_feed(feed)[feed.missed]
    return found_at(evidence, "missed-change", feed.hop.name, feed.missed, passed, explain)
