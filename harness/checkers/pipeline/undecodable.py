"""Every record of a change topic can be decoded.

Evidence: a record of the final read whose bytes the schema it names does not fit, or that names a
schema which the registry does not have.

UNKNOWN: a record can be decoded, and does not say of which row or version it is, as transforms may
leave it: then nothing is known of what is missing either. Reports: `undecodable`, once per record.
Cost: O(events).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import UNREADABLE, FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

UNDECODABLE = Kind(
    "undecodable",
    meaning="A record of a change topic cannot be decoded.",
    counted="{event|events} cannot be decoded",
    weight=130,
    claim="capture",
    hop_column="foreign",
)


@checker("undecodable")
def undecodable(evidence: Evidence) -> CheckResult:
    """Find records that nobody can read."""
    feeds = evidence.trails.feeds
    strange = "; ".join(_strange(evidence, feed) for feed in feeds if len(feed.opaque))
    return report(
        "undecodable", *(_of_feed(evidence, feed) for feed in feeds), unknown=strange or None
    )


def _strange(evidence: Evidence, feed: FeedTrail) -> str:
    first, count = int(feed.opaque[0]), len(feed.opaque)
    where = f"offset {feed.offset[first]} of {evidence.log_names[int(feed.log[first])]}"
    records = "record does" if count == 1 else "records do"
    return (
        f"{count:,} {records} not say of which row and version they are (the first at {where}): "
        "the feed has to keep the columns `id`, as key or in the row, and `version`"
    )


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    def explain(event: int) -> Anomaly:
        proof = FlowProof(evidence, UNDECODABLE, feed.hop.name)
        return proof.unreadable(feed, event).end()

    return Found(UNDECODABLE, np.flatnonzero(feed.kind == UNREADABLE), explain, feed.hop.name)
