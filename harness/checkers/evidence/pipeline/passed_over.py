"""What a hop that had not finished has passed over all the same: late is not lost, this is.

Only where an order holds does something later prove anything:

- A feed that follows the binary log sends in its order, so each partition stands where its last
  event of a change does: what was committed before that, and belongs there, does not come any more.
  A feed that polls by time stands, likewise, at the time of the row that it sent last: a row whose
  write was acknowledged before that one's was begun. One that polls by key stands at its key.
- A connector that follows the log and sends in transactions commits one before it begins the next.
  So a reader of committed records that sees an end mark of one table sees that all which was
  committed before that mark, to any table, is in the topics or will never be, however many
  partitions it has none in. Marks are looked for before the topics are read for the last time.
- What a snapshot shows comes in any order, and takes none of these places; nor has someone's own
  program, or a producer that may put records in another order, any order to go by.
- A row belongs to the partitions in which it has events; one without any may belong to each
  partition of its table, and so is passed over when all of them have passed it.
- A sink commits an offset behind what it has applied: all that its topics tell of a row, in each
  partition, is done with when it stands below that. What a copy shows proves nothing by itself,
  since what was applied may be applied again from an earlier place.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.pipeline.copy_trail import CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import ROW, SNAPSHOT, FeedTrail
from harness.checkers.evidence.pipeline.settings import at_least_once, feed_sending, feed_settings
from harness.checkers.evidence.pipeline.source import LAST, Source
from harness.history.journal import END_MARK
from harness.history.tables import SEQUENCE_BITS
from harness.model.pipeline.feed_format import FeedFormat
from harness.model.pipeline.paths import CONNECTORS, Feed
from harness.model.topology import Topology

NOWHERE = -1
"""Where a partition stands to which the feed has sent nothing that has a place."""


def passed_by_feed(feed: FeedTrail, logs: Mapping[int, int], marks: Longs) -> Flags:
    """Per change: the feed has passed the place at which it would have sent it.

    Args:
        feed: the trail of one that keeps the order in which it reads.
        logs: how many partitions the topic of each table has; tables that are not there have as
            many as have events.
        marks: versions of end marks that readers of committed records saw come out of a feed that
            sends in transactions; none of others.
    """
    source = feed.source
    ranks = _ranks(feed)
    if ranks is None or not source.count:
        return np.zeros(source.count, dtype=np.bool_)
    of_change, of_event = ranks
    stands = _stands(feed, of_event)
    at_least = np.full(len(source.entities), LAST)
    there = np.flatnonzero(feed.entity != NONE)
    np.minimum.at(at_least, feed.entity[there], stands[feed.log[there]])
    homeless = at_least == LAST
    at_least[homeless] = _everywhere(feed, stands, logs)[homeless]
    seen = of_event[np.isin(feed.version, marks)].max(initial=NOWHERE)
    passed: Flags = of_change < np.maximum(at_least[source.entity], seen)
    if _interleaved(feed):
        passed &= ~feed.by_snapshot
    return passed


def marks_seen(source: Source, places: Iterable[str]) -> Longs:
    """Versions of end marks that were seen in any of `places` while the run settled."""
    numbers = [source.place(place) for place in places]
    writer = pl.col("version").floordiv(1 << SEQUENCE_BITS)
    mine = pl.col("place").is_in(numbers) & writer.is_in(source.processes_named(END_MARK))
    seen: Longs = source.flow.sightings.filter(mine)["version"].to_numpy()
    return seen


def passed_by_copy(copy: CopyTrail, positions: Mapping[int, int]) -> Flags:
    """Per entity: all that the topics tell of it stands below what the copy has committed.

    Args:
        copy: the trail of one.
        positions: of the logs in which it has committed any: the next offset to read.
    """
    passed = np.zeros(len(copy.source.entities), dtype=np.bool_)
    feed = copy.feed
    if feed is None or not positions or not len(feed.op):
        return passed
    logs, of_event = np.unique(feed.log, return_inverse=True)
    position = np.array([positions.get(log, 0) for log in logs.tolist()])
    passed[feed.entity] = True
    passed[feed.entity[feed.offset >= position[of_event]]] = False
    return passed


def keeps_order(feed: Feed, topology: Topology) -> bool:
    """Whether records of `feed` stand in each partition in the order in which it read them."""
    if feed.kind == "program" or FeedFormat(feed).scatters:
        return False
    return in_transactions(feed, topology) or feed_sending(feed, topology).keeps_order


def in_transactions(feed: Feed, topology: Topology) -> bool:
    """Whether `feed` is a connector that commits what it has read before it reads on."""
    return feed.kind in CONNECTORS and at_least_once(feed, topology) is None


def _ranks(feed: FeedTrail) -> tuple[Longs, Longs] | None:
    """The place of each change, and of each event that has one, in the order of the feed.

    A change has been passed when its place is below that of an event.
    """
    source, known = feed.source, feed.change != NONE
    mode = str(feed_settings(feed.feed).get("mode", ""))
    if not feed.polls:
        follows = known & (feed.kind != SNAPSHOT)
        return np.arange(source.count), np.where(follows, feed.change, NOWHERE)
    if mode == "incrementing":
        keys = source.entities["key"].to_numpy()
        return keys[source.entity], np.where(known, keys[feed.entity], NOWHERE)
    if mode.startswith("timestamp"):
        begun = source.begun_ns(feed.change)
        return source.known_ns, np.where(known, begun, NOWHERE)
    return None


def _stands(feed: FeedTrail, of_event: Longs) -> Longs:
    """Per log: the place of its last event that has one."""
    stands = np.full(int(feed.log.max(initial=-1)) + 1, NOWHERE, dtype=np.int64)
    placed = np.flatnonzero(of_event != NOWHERE)
    # In order of offset, so that the last one is written last.
    stands[feed.log[placed]] = of_event[placed]
    return stands


def _everywhere(feed: FeedTrail, stands: Longs, logs: Mapping[int, int]) -> Longs:
    """Per entity: the place that every partition of its table has come to."""
    tables = feed.source.entities["table"].to_numpy()
    lowest = dict.fromkeys(np.unique(tables).tolist(), NOWHERE)
    of_event = tables[feed.entity]
    for table in lowest:
        mine = np.unique(feed.log[of_event == table])
        if len(mine) and len(mine) >= logs.get(table, 0):
            lowest[table] = int(stands[mine].min())
    return np.array([lowest[table] for table in tables.tolist()], dtype=np.int64)


def _interleaved(feed: FeedTrail) -> bool:
    """Whether snapshots were taken while it followed changes, as signals ask for.

    Where rows do not say what they are, nobody knows.
    """
    if feed.snapshots and (feed.kind == ROW).any():
        return True
    looks: Rows = np.flatnonzero(feed.kind == SNAPSHOT)
    follows = np.flatnonzero((feed.change != NONE) & (feed.kind != SNAPSHOT))
    first = np.full(int(feed.log.max(initial=-1)) + 1, LAST)
    np.minimum.at(first, feed.log[follows], feed.offset[follows])
    return bool((feed.offset[looks] > first[feed.log[looks]]).any())
