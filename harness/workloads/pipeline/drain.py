"""The end of a pipeline: its source with its log, its topics, its copies and caches are read."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from confluent_kafka import KafkaException

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.kit.waits import Deadline
from harness.model.facts import LogEnd, Standing
from harness.model.pipeline.hops import cache_place, copy_place, topic_place
from harness.model.pipeline.paths import Copy, Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Follower
from harness.model.ports.stack import Stack
from harness.model.ports.store import Store
from harness.model.rows import Columns, Contents
from harness.workloads.pipeline.copies import contents
from harness.workloads.pipeline.final import FinalReads
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.source import oracle
from harness.workloads.pipeline.systems import Systems
from harness.workloads.pipeline.topics import dead_letters
from harness.workloads.pipeline.topics.final_topics import TopicReader
from harness.workloads.pipeline.topics.positions import positions
from harness.workloads.traffic import FinalRead

log = logging.getLogger(__name__)
READ_AGAIN_S = 0.5


class Drain:
    """Reads what every place of a pipeline holds in the end.

    It is made when the source's tables are there: columns that are altered from then on are not
    compared.

    Raises:
        UsageError: a copy is to hold what cannot be compared.
    """

    def __init__(
        self,
        workload: PipelineWorkload,
        naming: Naming,
        systems: Systems,
        *,
        stack: Stack,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._workload = workload
        self._naming = naming
        self._systems = systems
        self._source = systems.source
        self._stack = stack
        self._journal = journal
        self._clock = clock
        self._tables = [table.name for table in workload.tables]
        self._unread: dict[str, str] = {}
        self._unreadable: tuple[type[Exception], ...] = (
            *systems.errors,
            KafkaException,
            HarnessError,
        )
        """What keeps a place from being read; it then does not count as drained."""
        self._columns = self._columns_now()
        contents.check(workload, self._columns)

    def read(self, log_of_source: Follower, limit_s: float) -> FinalRead:
        """Read all of it.

        Args:
            log_of_source: from before the first write.
            limit_s: for topics to be read to their ends.
        """
        deadline = Deadline(limit_s, self._clock)
        reads = FinalReads(self._journal, self._clock)
        topics = TopicReader(self._stack, self._clock, reads, deadline)
        logs: list[LogEnd] = []
        places: list[str] = []
        standings: list[Standing] = []
        if self._read_place(self._source.name, partial(self._read_source, log_of_source, reads)):
            places.append(self._source.name)
        # Before the topics are read: what comes after that is in them.
        cut_off = dict(self._cut_off())
        for path in self._workload.paths:
            ends: list[LogEnd] = []
            read_topics = partial(self._read_topics, path, topics, ends)
            if self._read_place(topic_place(path), read_topics, attempts=1) and all(
                end.read_to == end.end for end in ends
            ):
                places.append(topic_place(path))
            logs += ends
            for copy in path.copies:
                place = copy_place(path, copy)
                found = partial(self._contents, path, copy)
                account = partial(self._account, path, copy, deadline, standings)
                read_rows = partial(self._read_rows, place, found, reads)
                # What it had committed before its rows are read must be in them.
                standings += self._positions(path, copy)
                if self._read_place(place, read_rows) and self._read_place(place, account):
                    places.append(place)
        for each in self._workload.caches:
            place = cache_place(each)
            found = partial(_entries, self._systems.cache(each))
            read_rows = partial(self._read_rows, place, found, reads)
            if self._read_place(place, read_rows):
                places.append(place)
        return FinalRead(
            logs=tuple(logs),
            places=tuple(places),
            standings=tuple(standings),
            unread=self._unread,
            cut_off=cut_off,
        )

    def _cut_off(self) -> Iterator[tuple[str, str]]:
        """Topics to which nothing more can come, as the source says; nothing where it is away."""
        for path in self._workload.paths:
            if path.feed.kind == "debezium":
                with suppress(*self._source.errors):
                    if why := self._source.cut_off(self._naming.feed(path)):
                        yield topic_place(path), why

    def _read_place(self, place: str, read: Callable[[], None], *, attempts: int = 3) -> bool:
        """Whether the place could be read; it then is complete.

        A server that has just come back may hang up once more, so a read that fails is begun anew.
        Only one that records all it finds at its end may be.
        """
        for attempt in range(1, attempts + 1):
            try:
                read()
            except self._unreadable as error:
                log.warning("%s cannot be read (attempt %d): %s", place, attempt, error)
                self._unread[place] = str(error)
                self._clock.pause(READ_AGAIN_S)
            else:
                self._unread.pop(place, None)
                return True
        return False

    def _columns_now(self) -> dict[str, Columns]:
        return {table: self._source.columns(table) for table in self._tables}

    def _read_source(self, log_of_source: Follower, reads: FinalReads) -> None:
        read = self._source.contents
        began_ns = self._clock.now_ns()
        for table, now in self._columns_now().items():
            self._columns[table] = contents.unaltered(self._columns[table], now)
        found = {table: read(table, columns) for table, columns in self._columns.items()}
        oracle.record_changes(log_of_source, self._journal)
        for table, each in found.items():
            reads.rows(self._source.name, table, each, began_ns)

    def _contents(self, path: Path, copy: Copy, table: str) -> Contents:
        if copy.cache:
            return _entries(self._systems.entries(path, copy), table)
        tables = self._systems.tables(path, copy)
        owed = contents.owed(path, copy, self._columns[table], tables.columns(table))
        return tables.contents(table, owed)

    def _read_rows(
        self, place: str, contents_of: Callable[[str], Contents], reads: FinalReads
    ) -> None:
        began_ns = self._clock.now_ns()
        found = {table: contents_of(table) for table in self._tables}
        for table, each in found.items():
            reads.rows(place, table, each, began_ns)

    def _positions(self, path: Path, copy: Copy) -> Iterator[Standing]:
        if not dead_letters.accounted(copy):
            yield from positions(path, copy, self._naming, self._named(path), self._stack)

    def _account(
        self, path: Path, copy: Copy, deadline: Deadline, standings: list[Standing]
    ) -> None:
        if dead_letters.accounted(copy):
            standings += dead_letters.standings(
                path,
                copy,
                self._naming,
                self._named(path),
                stack=self._stack,
                deadline=deadline,
            )

    def _named(self, path: Path) -> dict[str, str]:
        return self._naming.named(path, self._tables)

    def _read_topics(self, path: Path, reader: TopicReader, ends: list[LogEnd]) -> None:
        compared = any(contents.compares(path, copy) for copy in path.copies)
        wanted = {table: self._columns[table] if compared else {} for table in self._tables}
        ends += reader.read(path, self._naming, wanted)


def _entries(store: Store, table: str) -> Contents:
    return Contents(store.rows(table))
