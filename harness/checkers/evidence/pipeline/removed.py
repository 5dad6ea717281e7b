"""What may have been removed from the topics of a feed: their partitions start later than they did.

Retention takes records from the beginning of a partition, also when nobody set any for the topic:
by default those go that are a week old by their own timestamps, which a producer may take from old
rows. A change without an event may then have had one below the start, where its row's partition, or
for a row without events any partition of its table, starts above 0; unless the first event that a
feed in order left there is of an earlier change.
"""

from collections.abc import Mapping

import numpy as np

from harness.checkers.evidence.arrays import NONE, Flags, Longs
from harness.checkers.evidence.pipeline.feed_trail import SNAPSHOT, FeedTrail


def may_be_removed(
    feed: FeedTrail, starts: Mapping[int, int], logs: Mapping[int, tuple[int, ...]], *, order: bool
) -> Flags:
    """Per change: an event of it may have stood below the start of a partition.

    Args:
        feed: the trail of one.
        starts: of the logs of its topics.
        logs: of each table.
        order: whether it follows the binary log, and its records keep that order.
    """
    source = feed.source
    if not any(starts.values()):
        return np.zeros(source.count, dtype=np.bool_)
    before = np.full(max(*starts, int(feed.log.max(initial=-1))) + 1, NONE, dtype=np.int64)
    for log, start in starts.items():
        before[log] = _first_left(feed, log) if order and start else source.count * (start > 0)
    latest = np.full(len(source.entities), NONE, dtype=np.int64)
    np.maximum.at(latest, feed.entity, before[feed.log])
    homeless = np.ones(len(latest), dtype=np.bool_)
    homeless[feed.entity] = False
    tables: Longs = source.entities["table"].to_numpy()
    for table, mine in logs.items():
        latest[homeless & (tables == table)] = max((int(before[log]) for log in mine), default=NONE)
    removed: Flags = np.arange(source.count) < latest[source.entity]
    return removed


def _first_left(feed: FeedTrail, log: int) -> int:
    """The change of the first streamed event that a log still has; all come before, if none is."""
    left = (feed.log == log) & (feed.change != NONE) & (feed.kind != SNAPSHOT)
    events = np.flatnonzero(left)
    return int(feed.change[events[0]]) if len(events) else feed.source.count
