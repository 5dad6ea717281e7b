"""Every committed change reaches the topics of every path.

Evidence: a change that the feed owes an event for (see `feed_trail`), of whose version, or of whose
removal, no event of topics that were read to their ends tells. For a feed that polls only the last
change of a row is owed. Whether the event is truthful is `phantom-change`'s to say.

Of a feed that had not finished, a change counts that it has passed (see `passed_over`).

UNKNOWN: when what is missing may have been removed from the topics (see `removed`), unless their
settings ask for that and no scenario claims that all is there.
Reports: `missed-change`, once per feed and change. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, found_at, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

MISSED_CHANGE = Kind(
    "missed-change",
    meaning="The source committed a change of which no event reached the topics.",
    counted="committed {change|changes} never reached the topics",
    weight=240,
    claim="capture",
    effect="lost",
    on_the_way=True,
    hop_column="lost",
)


@checker("missed-change")
def missed_change(evidence: Evidence) -> CheckResult:
    """Find committed changes that no event brings."""
    found = [_of_feed(evidence, feed) for feed in evidence.trails.feeds]
    whys = filter(None, (_removed(evidence, feed) for feed in evidence.trails.feeds))
    return report("missed-change", *found, unknown="; ".join(whys) or None)


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    def explain(change: int) -> Anomaly:
        proof = FlowProof(evidence, MISSED_CHANGE, feed.hop.name).changed(change)
        proof.add(f"yet {feed.hop.target}, read to the end, has no event of it")
        if why := evidence.trails.cut_off.get(feed.hop.target):
            proof.add(f"and none can come: {why}")
        return proof.end()

    missed = feed.missed[~evidence.trails.removed(feed)[feed.missed]]
    passed = evidence.trails.passed_by_feed(feed)[missed]
    return found_at(evidence, MISSED_CHANGE, feed.hop.name, missed, passed, explain)


def _removed(evidence: Evidence, feed: FeedTrail) -> str | None:
    """What is not known since records were removed; None where that was asked for."""
    count = int(np.count_nonzero(evidence.trails.removed(feed)[feed.missed]))
    asked = any(name.startswith("retention.") for name in feed.feed.topic_settings)
    if not count or (asked and "capture" not in evidence.scenario.claims):
        return None
    moved = [
        f"{end.log} starts at offset {end.start}"
        for end in evidence.facts.logs
        if end.start > 0 and end.log.startswith(f"{feed.hop.path}/")
    ]
    return (
        f"{count} changes without an event in {feed.hop.target} may have had one that was removed: "
        f"{', '.join(moved)}"
    )
