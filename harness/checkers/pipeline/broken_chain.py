"""The before-image of an event is the after-image of the event of that row before it.

Evidence: two neighbouring events of a row in one log, repeats left out, of which the second starts
from another version than the first ended with. Events of snapshots, rows and removals that were
unwrapped, and what a feed writes that polls, have no before-image. Where the binary log breaks off
itself, an event that says the same is right.

UNKNOWN: the scenario claims it of a feed that unwraps its events. Reports: `broken-chain`, once per
event. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import WITHOUT_BEFORE, FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.evidence.pipeline.past_the_log import jumps
from harness.checkers.kind import Kind
from harness.model.pipeline.feed_format import FeedFormat
from harness.model.scenario import Scenario
from harness.model.verdict import Anomaly, CheckResult

BROKEN_CHAIN = Kind(
    "broken-chain",
    meaning="An event starts from another version than the event of that row before it ended with.",
    counted="{event does not start where the one before it|events do not start where those before "
    "them} ended",
    weight=60,
    claim="change-order",
)


@checker("broken-chain")
def broken_chain(evidence: Evidence) -> CheckResult:
    """Find events that do not go on where the one before them ended."""
    feeds = (feed for feed in evidence.trails.feeds if not feed.polls)
    return report(
        "broken-chain",
        *(_of_feed(evidence, feed) for feed in feeds),
        unknown=_unsaid(evidence.scenario),
    )


def _unsaid(scenario: Scenario) -> str | None:
    """Why a claim of the scenario's own cannot be held to anything, if it cannot."""
    paths = [path.name for path in scenario.pipeline.paths if FeedFormat(path.feed).deletes]
    if "change-order" not in scenario.claims or not paths:
        return None
    return (
        f"the feed of {', '.join(paths)} unwraps its events to rows, which do not say what a row "
        "was before; leave the claim change-order out, or unwrap at the copy"
    )


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    rows, pair = feed.by_entity(feed.speaks & ~feed.repeats)
    earlier, later = rows[:-1], rows[1:]
    torn = (np.diff(pair) == 0) & ~np.isin(feed.kind[later], WITHOUT_BEFORE)
    torn &= feed.before[later] != feed.version[earlier]
    torn &= ~np.append(jumps(evidence.trails.source), False)[feed.exact[later]]
    ahead = dict(zip(later[torn].tolist(), earlier[torn].tolist(), strict=True))

    def explain(event: int) -> Anomaly:
        proof = FlowProof(evidence, BROKEN_CHAIN, feed.hop.name).brought(feed, ahead[event])
        proof.brought(feed, event, before="the next one of that row: ")
        return proof.add("which does not go on where the first ended").end()

    return Found(BROKEN_CHAIN, np.sort(later[torn]), explain, feed.hop.name)
