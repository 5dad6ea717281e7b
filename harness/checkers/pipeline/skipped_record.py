"""A sink that tolerates errors puts every record that it cannot use into its dead-letter queue.

Evidence: a record that nobody can decode, in a log of which the sink says that it has done with
that offset, while its queue, read to its end, has no letter of it. Such a record cannot be in the
copy; what a sink does to rows that can be read shows in the copy itself, see `copy_rows`.

UNKNOWN: never by itself; a sink whose place was not read says nothing. Reports: `skipped-record`,
once per sink and record. Cost: O(events + letters).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import Rows
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.copy_trail import CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import UNREADABLE, FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.evidence.pipeline.settings import copy_settings
from harness.checkers.kind import Kind
from harness.model.facts import Standing
from harness.model.pipeline.paths import Copy
from harness.model.pipeline.traffic import Cache
from harness.model.verdict import Anomaly, CheckResult

SKIPPED_RECORD = Kind(
    "skipped-record",
    meaning="A sink skipped a record that it could not use, and nothing is left of it.",
    counted="{record was|records were} skipped by a sink without a trace",
    weight=90,
    claim="no-skips",
    hop_column="lost",
)


@checker("skipped-record")
def skipped_record(evidence: Evidence) -> CheckResult:
    """Find records that a sink passed over without a trace."""
    found = [
        _of_copy(evidence, copy, copy.feed)
        for copy in evidence.trails.copies
        if copy.feed is not None and _tolerates(copy.copy)
    ]
    return report("skipped-record", *found)


def _tolerates(copy: Copy | Cache) -> bool:
    """Whether it is a sink that passes over what it cannot use."""
    return (
        isinstance(copy, Copy)
        and copy.kind == "jdbc"
        and str(copy_settings(copy)["errors.tolerance"]) == "all"
    )


def _of_copy(evidence: Evidence, copy: CopyTrail, feed: FeedTrail) -> Found:
    stood = {
        standing.log: standing
        for standing in evidence.facts.standings
        if standing.place == copy.hop.target
    }

    def explain(event: int) -> Anomaly:
        proof = FlowProof(evidence, SKIPPED_RECORD, copy.hop.name).unreadable(feed, event)
        standing = stood[evidence.log_names[int(feed.log[event])]]
        return proof.add(
            f"yet {copy.hop.target} has processed {standing.log} up to offset {standing.position}, "
            f"and of its {len(standing.letters)} dead letters none is this record"
        ).end()

    return Found(SKIPPED_RECORD, _skipped(evidence, feed, stood), explain, copy.hop.name)


def _skipped(evidence: Evidence, feed: FeedTrail, stood: dict[str, Standing]) -> Rows:
    skipped = np.zeros(len(feed.op), dtype=np.bool_)
    for log in np.unique(feed.log).tolist():
        standing = stood.get(evidence.log_names[log])
        if standing is not None:
            done = (feed.log == log) & (feed.offset < standing.position)
            skipped |= done & ~np.isin(feed.offset, standing.letters)
    return np.flatnonzero(skipped & (feed.kind == UNREADABLE))
