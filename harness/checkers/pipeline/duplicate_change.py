"""Every change reaches the topics of a path once.

Evidence: two events that bring the same change of the same row; what a snapshot shows and the
streamed event of the same version are two as well, unless snapshots are taken on demand, which show
again what was there. Read from topics in any state.

UNKNOWN: never. Reports, once per feed and change: `duplicate-change`, or `repeated-snapshot` where
snapshots alone show it, as when one was interrupted. Cost: O(n log n).
"""

from functools import partial

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import SNAPSHOT, FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

REPEATED_SNAPSHOT = Kind(
    "repeated-snapshot",
    meaning="Snapshots showed one version of a row more than once.",
    counted="{row was|rows were} shown by more than one snapshot",
    weight=20,
    claim="snapshot-once",
    hop_column="duplicate",
)
DUPLICATE_CHANGE = Kind(
    "duplicate-change",
    meaning="One change reached the topics more than once.",
    counted="{change|changes} reached the topics more than once",
    weight=10,
    claim="capture-once",
    effect="duplicated",
    on_the_way=True,
    hop_column="duplicate",
)

SHOWN = 3
"""Events of one change that its explanation tells of."""


@checker("duplicate-change")
def duplicate_change(evidence: Evidence) -> CheckResult:
    """Find changes that several events bring."""
    found = [each for feed in evidence.trails.feeds for each in _of_feed(evidence, feed)]
    return report("duplicate-change", *found)


def _of_feed(evidence: Evidence, feed: FeedTrail) -> tuple[Found, Found]:
    def explain(kind: Kind, change: int) -> Anomaly:
        proof = FlowProof(evidence, kind, feed.hop.name).changed(change)
        events = np.flatnonzero(feed.change == change)
        for number, event in enumerate(events[:SHOWN].tolist()):
            proof.brought(feed, event, before="and again, " if number else "")
        return proof.add(f"{len(events)} events in all").end()

    repeated = np.unique(feed.change[feed.doubled])
    streamed = np.isin(repeated, feed.change[feed.speaks & (feed.kind != SNAPSHOT)])
    twice, shown = DUPLICATE_CHANGE, REPEATED_SNAPSHOT
    return (
        Found(twice, repeated[streamed], partial(explain, twice), feed.hop.name),
        Found(shown, repeated[~streamed], partial(explain, shown), feed.hop.name),
    )
