"""Everything that checkers of a pipeline look at: its source, its feeds, its copies."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from harness.checkers.evidence.arrays import Flags, Longs
from harness.checkers.evidence.pipeline.copy_trail import CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.lateness import late_hops
from harness.checkers.evidence.pipeline.passed_over import (
    in_transactions,
    keeps_order,
    marks_seen,
    passed_by_copy,
    passed_by_feed,
)
from harness.checkers.evidence.pipeline.removed import may_be_removed
from harness.checkers.evidence.pipeline.settings import (
    copy_settings,
    feed_settings,
    takes_snapshot,
)
from harness.checkers.evidence.pipeline.sight_trail import SightTrail
from harness.checkers.evidence.pipeline.source import Source
from harness.history.history import History
from harness.model.facts import Facts, TaskEvent
from harness.model.pipeline.feed_format import FeedFormat
from harness.model.pipeline.hops import Hop, copy_place, hops, topic_place
from harness.model.pipeline.paths import Feed
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.topology import Topology
from harness.model.value import is_on

NO_MARKS: Longs = np.zeros(0, np.int64)


class Trails:
    """The trails of all hops; there are none when the workload is no pipeline.

    Args:
        history: a sound one.
        facts: of the run.
        workload: of its scenario.
        topology: whose workers run its connectors; they say how a feed sends.
    """

    def __init__(
        self,
        history: History,
        facts: Facts,
        workload: PipelineWorkload,
        topology: Topology | None = None,
    ) -> None:
        self.workload = workload
        self._history = history
        self.source = Source(history, facts, workload)
        self._facts = facts
        self._topology = topology or Topology()
        self._paths = {path.name: path for path in workload.paths}
        self._passed: dict[str, Flags] = {}

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """Every hop, in the order in which a change takes them."""
        return hops(self.workload)

    @cached_property
    def feeds(self) -> tuple[FeedTrail, ...]:
        """The trail of each feed."""
        return tuple(self._feed(hop) for hop in self.hops if hop.kind == "feed")

    @cached_property
    def tombstoned(self) -> tuple[FeedTrail, ...]:
        """Feeds that promise a tombstone behind every delete."""
        return tuple(
            feed for feed in self.feeds if _promises_tombstones(self._paths[feed.hop.path].feed)
        )

    @cached_property
    def copies(self) -> tuple[CopyTrail, ...]:
        """The trail of each copy, and of each cache of the application."""
        feeds = {feed.hop.path: feed for feed in self.feeds}
        found = []
        for path in self.workload.paths:
            steps = [hop for hop in self.hops if hop.path == path.name and hop.kind == "copy"]
            for hop, copy in zip(steps, path.copies, strict=True):
                drained = hop.target in self._facts.drained
                feed = feeds[path.name]
                found.append(CopyTrail(self.source, feed, hop, copy, drained=drained))
        return (*found, *self._caches())

    @cached_property
    def sights(self) -> tuple[SightTrail, ...]:
        """What readers of each copy saw."""
        return tuple(SightTrail(self.source, copy, self._history) for copy in self.copies)

    @cached_property
    def failed(self) -> dict[str, TaskEvent]:
        """Hops of which a connector or task was FAILED in the end, each with the first such."""
        last = {(event.place, event.task): event for event in self._facts.tasks}
        failed = [event for event in last.values() if event.state == "FAILED"]
        names = {hop.target: hop.name for hop in self.hops}
        return {names[event.place]: event for event in reversed(failed) if event.place in names}

    @cached_property
    def late(self) -> dict[str, str]:
        """Hops whose work was not done in the end, each with what shows it; see `lateness`."""
        late = late_hops(self.source, self.feeds, self.copies)
        done = {*self.failed, *(hop.name for hop in self.hops if hop.target in self.cut_off)}
        return {hop: why for hop, why in late.items() if hop not in done}

    @property
    def cut_off(self) -> Mapping[str, str]:
        """Places that will never get more from the source, each with why."""
        return self._facts.cut_off

    def keeps_order(self, feed: FeedTrail) -> bool:
        """Whether each partition of its topics has the order in which the feed read changes."""
        return keeps_order(feed.feed, self._topology)

    def passed_by_feed(self, feed: FeedTrail) -> Flags:
        """Per change: the feed has passed it; see `passed_over`."""
        if not self.keeps_order(feed):
            return np.zeros(self.source.count, dtype=np.bool_)
        if feed.hop.name not in self._passed:
            marks = self._marks_seen(feed.hop.path)
            partitions = self._partitions(feed.hop.path)
            self._passed[feed.hop.name] = passed_by_feed(feed, partitions, marks)
        return self._passed[feed.hop.name]

    def passed_by_copy(self, copy: CopyTrail) -> Flags:
        """Per entity: the copy has passed all that its topics tell of it; see `passed_over`."""
        if copy.hop.name not in self._passed:
            numbers = dict(self._history.logs.select("name", "log").iter_rows())
            positions = {
                numbers[standing.log]: standing.position
                for standing in self._facts.standings
                if standing.place == copy.hop.target and standing.log in numbers
            }
            self._passed[copy.hop.name] = passed_by_copy(copy, positions)
        return self._passed[copy.hop.name]

    def removed(self, feed: FeedTrail) -> Flags:
        """Per change: its event may have been removed from the topics; see `removed`."""
        numbers = dict(self._history.logs.select("name", "log").iter_rows())
        path = feed.hop.path
        starts = {
            numbers[end.log]: end.start
            for end in self._facts.logs
            if end.log in numbers and end.log.startswith(f"{path}/")
        }
        tables = self.source.flow.tables.select("table", "name").iter_rows()
        logs = {
            table: tuple(
                number
                for name, number in numbers.items()
                if number in starts and name.rpartition("-")[0] == f"{path}/{topic}"
            )
            for table, topic in tables
        }
        order = self.keeps_order(feed) and not feed.polls
        return may_be_removed(feed, starts, logs, order=order)

    def _marks_seen(self, name: str) -> Longs:
        """Versions of end marks that readers of committed records saw come out of a feed's path.

        None where the feed may have sent them before what it read before them.
        """
        path = self._paths[name]
        if path.feed.polls or not in_transactions(path.feed, self._topology):
            return NO_MARKS
        places = [topic_place(path)]
        for copy in path.copies:
            if copy.kind != "program":
                read = copy_settings(copy, self._topology)["isolation.level"]
                places += [copy_place(path, copy)] * (read == "read_committed")
        return marks_seen(self.source, places)

    def _partitions(self, path: str) -> dict[int, int]:
        """How many partitions the topic of each table had in the end, as far as it was asked."""
        topics = [end.log.rpartition("-")[0].partition("/") for end in self._facts.logs]
        # Tables that share a topic stand in its name, one behind the other.
        mine = [name for owner, _, names in topics if owner == path for name in names.split("+")]
        tables = self.source.flow.tables.select("table", "name")
        return {table: mine.count(name) for table, name in tables.iter_rows()}

    def _caches(self) -> Iterator[CopyTrail]:
        steps = [hop for hop in self.hops if hop.kind == "cache"]
        for hop, cache in zip(steps, self.workload.caches, strict=True):
            drained = hop.target in self._facts.drained
            yield CopyTrail(self.source, None, hop, cache, drained=drained)

    def _feed(self, hop: Hop) -> FeedTrail:
        feed = self._paths[hop.path].feed
        drained = hop.target in self._facts.drained
        return FeedTrail(self.source, hop, feed, drained=drained, snapshots=takes_snapshot(feed))


def _promises_tombstones(feed: Feed) -> bool:
    """Whether a tombstone follows every event of a removal: unwrapping may drop either."""
    written = is_on(feed_settings(feed).get("tombstones.on.delete", False))
    return written and FeedFormat(feed).deletes in {"", "rewrite-with-tombstone"}
