"""The traffic of a pipeline workload."""

import logging
from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import pymysql
import redis
from confluent_kafka import KafkaException

from harness.history.journal import END_MARK, SEQUENCE_BITS, Journal
from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.kit.waits import NS_PER_S, Deadline, NotYet, wait_until
from harness.model.facts import LogEnd, Standing
from harness.model.pipeline import (
    CONNECTORS,
    SOURCE,
    Copy,
    Path,
    PipelineWorkload,
    cache_place,
    copy_place,
    topic_place,
)
from harness.model.ports import Stack
from harness.model.scenario import Plan
from harness.model.workload import Topic
from harness.workloads.pipeline import binlog, dead_letters, entries, source
from harness.workloads.pipeline.app_cache import AppCache, app_cache_settings
from harness.workloads.pipeline.cache import CacheWorker
from harness.workloads.pipeline.copies import jdbc_sink
from harness.workloads.pipeline.feeds import start_feed
from harness.workloads.pipeline.final import FinalReads
from harness.workloads.pipeline.final_topics import TopicReader
from harness.workloads.pipeline.late import Arrivals
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.own_programs import (
    Supervisor,
    last_words,
    own_programs,
    run_program,
)
from harness.workloads.pipeline.python_path import PYTHON_FEEDS, feed_workers, table_workers
from harness.workloads.pipeline.racing import RaceWorker, race_workers
from harness.workloads.pipeline.reading import reader_workers
from harness.workloads.pipeline.recording import Recorder
from harness.workloads.pipeline.writing import WriterWorker
from harness.workloads.traffic import Condition, FinalRead, grown
from harness.workloads.worker import Worker

log = logging.getLogger(__name__)
FIRST_ROW_LIMIT_S = 60.0

MARKS_PER_PARTITION = 12
"""End marks for each partition of a table's topic: enough to hit every one, whatever the hash."""
Contents = Callable[[str], list[tuple[int, int]]]
"""Key and version of every row of a table."""
UNREADABLE = (pymysql.Error, redis.RedisError, KafkaException, HarnessError, OSError)
"""What keeps a place from being read in the end; it then does not count as drained."""


class PipelineTraffic:
    """Writers, feeds and copies under the run's name.

    Feeds and copies run before the first write, so nothing but what `SourceTable.rows` asks for is
    there for a snapshot to find.
    """

    def __init__(
        self,
        workload: PipelineWorkload,
        plan: Plan,
        run: str,
        *,
        stack: Stack,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._workload = workload
        self._stack = stack
        self._journal = journal
        self._clock = clock
        self._naming = Naming.of(run)
        self._tables = [table.name for table in workload.tables]
        self._start = source.position(stack.mysql)
        self._marks: dict[str, set[int]] = {}
        self._quiet_ns = clock.now_ns()
        source.create(stack.mysql, self._naming.source, workload.tables)
        source.fill(stack.mysql, self._naming.source, workload.tables)
        self._prefill()
        movers: list[Worker] = []
        for path in workload.paths:
            self._create_topics(path)
            movers += self._start_feed(path)
            for copy in path.copies:
                movers += self._start_copy(path, copy)
        writers = [
            WriterWorker(
                spec,
                number,
                partial(stack.mysql.connection, database=self._naming.source),
                recorder=Recorder(journal, clock, f"{spec.name}-{number}", "writer", spec.name),
                seed=plan.streams[f"{spec.name}-{number}"],
                arrivals=partial(Arrivals, workload, self._naming, stack),
                caches=[AppCache(each, self._naming, stack) for each in workload.caches],
            )
            for spec in workload.writers
            for number in range(spec.count)
        ]
        self._writers = tuple(writers)
        self._races = race_workers(
            workload, self._naming, stack=stack, journal=journal, clock=clock
        )
        self._readers = reader_workers(
            workload, self._naming, stack=stack, journal=journal, clock=clock
        )
        if any(own_programs(workload)):
            movers.append(Supervisor(stack))
            self._await_programs()
        self.workers: tuple[Worker, ...] = (*movers, *writers, *self._races, *self._readers)

    @property
    def topics(self) -> dict[str, str]:
        """Topics as steps and reports name them: `path/table`."""
        return {
            self._topic(path, table): self._naming.topic(path, table)
            for path in self._workload.paths
            for table in self._tables
        }

    @property
    def connectors(self) -> dict[str, str]:
        """Place → the connector that fills it."""
        found = {}
        for path in self._workload.paths:
            if path.feed.kind in CONNECTORS:
                found[topic_place(path)] = self._naming.feed(path)
            for copy in path.copies:
                if copy.kind in CONNECTORS:
                    found[copy_place(path, copy)] = self._naming.connector(path, copy)
        return found

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """Topics, tables and connectors as steps name them."""
        tables = {table: f"{self._naming.source}.{table}" for table in self._tables}
        return {"topic": self.topics, "table": tables, "connector": self.connectors}

    @property
    def sent(self) -> int:
        """Transactions begun so far."""
        return sum(writer.sent for writer in self._writers)

    @property
    def acked(self) -> int:
        """Transactions committed so far, as far as writers know."""
        return sum(writer.acked for writer in self._writers)

    def grown(self) -> int:
        """How many offsets all topics have together, as far as readers may read."""
        return grown(self._stack.kafka, self.topics.values())

    def quiet(self) -> None:
        """Begin no more transactions."""
        for writer in self._writers:
            writer.quiet()
        self._quiet_ns = self._clock.now_ns()

    def reported(self) -> Iterator[Condition]:
        """No late transaction is open, and every race has been run.

        For any other answer a writer waits itself.
        """
        yield "late transactions to commit", self._open
        for race in self._races:
            yield f"the races of {race.name} to be run", partial(_unrun, race)

    def caught_up(self) -> Iterator[Condition]:
        """An end mark in every table has come out of every copy."""
        for each in self._workload.caches:
            living = partial(self._outlived, app_cache_settings(each).ttl_s)
            yield f"what {cache_place(each)} held at the last write to expire", living
        if not self._workload.paths:
            return
        yield "end marks to be written", self._unmarked
        for path in self._workload.paths:
            for copy in path.copies:
                place = copy_place(path, copy)
                yield f"the end mark to come out of {place}", partial(self._lacks, path, copy)

    def final_read(self, limit_s: float) -> FinalRead:
        """Read the source with its binary log, every topic and every copy."""
        deadline = Deadline(limit_s, self._clock)
        reads = FinalReads(self._journal, self._clock)
        topics = TopicReader(self._stack, self._clock, reads, deadline)
        logs: list[LogEnd] = []
        places: list[str] = []
        standings: list[Standing] = []
        if self._read_place(SOURCE, partial(self._read_source, reads)):
            places.append(SOURCE)
        for path in self._workload.paths:
            ends: list[LogEnd] = []
            read_topics = partial(self._read_topics, path, topics, ends)
            if self._read_place(topic_place(path), read_topics) and all(
                end.read_to == end.end for end in ends
            ):
                places.append(topic_place(path))
            logs += ends
            for copy in path.copies:
                place = copy_place(path, copy)
                contents = partial(self._contents, path, copy)
                account = partial(self._account, path, copy, deadline, standings)
                if self._read_place(
                    place, partial(self._read_rows, place, contents, reads)
                ) and self._read_place(place, account):
                    places.append(place)
        for each in self._workload.caches:
            place = cache_place(each)
            contents = partial(self._entries, place)
            if self._read_place(place, partial(self._read_rows, place, contents, reads)):
                places.append(place)
        return FinalRead(logs=tuple(logs), places=tuple(places), standings=tuple(standings))

    def forget(self) -> None:
        """Delete programs, connectors, topics, databases and keys."""
        if any(own_programs(self._workload)):
            _quietly(self._stack.remove_programs)
        for path in self._workload.paths:
            if path.feed.kind in CONNECTORS:
                _quietly(self._stack.connect.delete, self._naming.feed(path))
            for copy in path.copies:
                _quietly(self._forget_copy, path, copy)
            for table in self._tables:
                _quietly(self._stack.kafka.delete_topic, self._naming.topic(path, table))
        for each in self._workload.caches:
            _quietly(entries.forget, self._stack, self._naming.entries(cache_place(each)))
        _quietly(source.drop, self._stack.mysql, [self._naming.source])

    def _reads(self) -> int:
        return sum(reader.reads for reader in self._readers)

    # Setting up

    def _prefill(self) -> None:
        """Insert the rows that are there before any feed looks."""
        version = self._journal.process("prefill", "writer", "prefill") << SEQUENCE_BITS
        for table in self._workload.tables:
            rows = [(source.OLD_KEYS + place, version + place) for place in range(table.rows)]
            version += table.rows
            if rows:
                source.run(
                    self._stack.mysql, [source.replace(self._naming.source, table.name, rows)]
                )

    def _await_programs(self) -> None:
        """Write a row and wait until every program has moved it: only then it is at work.

        Raises:
            WaitTimeout: one does not; has the end of its log.
        """
        version = self._journal.process("first-row", "writer", "first-row") << SEQUENCE_BITS
        for number, table in enumerate(self._tables):
            row = (source.FIRST_KEY, version + number)
            source.run(self._stack.mysql, [source.replace(self._naming.source, table, [row])])
        for path in self._workload.paths:
            for copy in path.copies:
                if "program" in (path.feed.kind, copy.kind):
                    wait_until(
                        f"a first row to come out of {copy_place(path, copy)}",
                        partial(self._first_row, path, copy),
                        limit_s=FIRST_ROW_LIMIT_S,
                        interval_s=0.1,
                        retry_on=(pymysql.Error, redis.RedisError, OSError),
                    )

    def _first_row(self, path: Path, copy: Copy) -> bool | NotYet:
        there = all(
            any(key == source.FIRST_KEY for key, _ in self._contents(path, copy, table))
            for table in self._tables
        )
        return True if there else NotYet(last_words(self._stack, self._workload))

    def _create_topics(self, path: Path) -> None:
        for table in self._tables:
            topic = Topic(
                name=self._naming.topic(path, table),
                partitions=path.feed.partitions,
                settings=path.feed.topic_settings,
            )
            self._stack.kafka.create_topic(topic)
            subject = f"{topic.name}-value"
            if path.feed.compatibility is not None:
                self._stack.registry.set_compatibility(path.feed.compatibility, subject)
            if table in path.feed.schemas:
                self._stack.registry.register(subject, path.feed.schemas[table])
            self._journal.topic(self._topic(path, table), path.feed.partitions)

    def _start_feed(self, path: Path) -> list[Worker]:
        if path.feed.kind == "program":
            run_program(path, None, self._naming, self._tables, stack=self._stack)
            return []
        if path.feed.kind in PYTHON_FEEDS:
            return feed_workers(path, self._naming, self._tables, stack=self._stack)
        start_feed(path, self._naming, self._tables, self._stack)
        return []

    def _start_copy(self, path: Path, copy: Copy) -> list[Worker]:
        if copy.kind == "redis":
            return [
                CacheWorker(
                    path, copy, self._naming, self._tables, stack=self._stack, reads=self._reads
                )
            ]
        if not copy.in_redis:
            self._create_copy(path, copy)
        if copy.kind == "program":
            run_program(path, copy, self._naming, self._tables, stack=self._stack)
            return []
        if copy.kind == "table":
            return table_workers(path, copy, self._naming, self._tables, stack=self._stack)
        name = self._naming.connector(path, copy)
        if queue := dead_letters.queue_of(path, copy, self._naming):
            self._stack.kafka.create_topic(Topic(name=queue))
        settings = jdbc_sink(path, copy, self._naming, self._tables, self._stack)
        self._stack.connect.create(name, settings)
        self._stack.connect.wait_running(name)
        return []

    def _create_copy(self, path: Path, copy: Copy) -> None:
        tables = [
            msgspec.structs.replace(table, ddl=copy.ddl.get(table.name, table.ddl))
            for table in self._workload.tables
        ]
        database = self._naming.copies(path, copy)
        # As the sink makes it by itself: without a key of its own it makes a table without one.
        keyed = copy.settings.get("primary.key.mode") != "none"
        source.create(self._stack.mysql, database, tables, keyed=keyed)
        if copy.kind == "table":
            # Our own consumer writes what it knows of every row: its key and its version.
            source.fill(self._stack.mysql, database, tables)

    def _open(self) -> str | None:
        still = [writer.name for writer in self._writers if writer.is_open]
        return f"open: {', '.join(still)}" if still else None

    # The end mark

    def _unmarked(self) -> str | None:
        """Write end marks into every table, once; None when they are committed."""
        if self._marks:
            return None
        process = self._journal.process(END_MARK, "writer", END_MARK)
        version = process << SEQUENCE_BITS
        count = MARKS_PER_PARTITION * max(path.feed.partitions for path in self._workload.paths)
        statements, marks = [], {}
        for table in self._tables:
            keys = range(source.MARK_KEYS, source.MARK_KEYS + count)
            rows = [(key, version + place) for place, key in enumerate(keys)]
            version += count
            marks[table] = set(keys)
            statements.append(source.replace(self._naming.source, table, rows))
        try:
            source.run(self._stack.mysql, statements)
        except (pymysql.Error, OSError) as error:
            return f"the source does not take it: {error}"
        self._marks = marks
        return None

    def _lacks(self, path: Path, copy: Copy) -> str | None:
        for table, keys in self._marks.items():
            try:
                there = keys & {key for key, _ in self._contents(path, copy, table)}
            except (pymysql.Error, redis.RedisError, OSError) as error:
                return f"it cannot be read: {error}"
            if len(there) < len(keys):
                return f"{len(there)} of {len(keys)} marks of {table}"
        return None

    def _outlived(self, ttl_s: float) -> str | None:
        left_s = ttl_s - (self._clock.now_ns() - self._quiet_ns) / NS_PER_S
        return f"{left_s:.1f} s of {ttl_s:g} s are left" if left_s > 0 else None

    # Reading

    def _read_place(self, place: str, read: Callable[[], None]) -> bool:
        """Whether the place could be read; it then is complete."""
        try:
            read()
        except UNREADABLE as error:
            log.warning("%s cannot be read: %s", place, error)
            return False
        return True

    def _read_source(self, reads: FinalReads) -> None:
        address = self._stack.address("mysql")
        binlog.record_changes(address, self._naming.source, self._start, self._journal)
        for table in self._tables:
            began_ns = self._clock.now_ns()
            found = source.rows(self._stack.mysql, self._naming.source, table)
            reads.rows(SOURCE, table, found, began_ns)

    def _read_rows(self, place: str, contents: Contents, reads: FinalReads) -> None:
        for table in self._tables:
            began_ns = self._clock.now_ns()
            reads.rows(place, table, contents(table), began_ns)

    def _account(
        self, path: Path, copy: Copy, deadline: Deadline, standings: list[Standing]
    ) -> None:
        if dead_letters.accounted(copy):
            topics = {real: name for name, real in self.topics.items()}
            standings += dead_letters.standings(
                path, copy, self._naming, topics, stack=self._stack, deadline=deadline
            )

    def _contents(self, path: Path, copy: Copy, table: str) -> list[tuple[int, int]]:
        if copy.in_redis:
            return self._entries(copy_place(path, copy), table)
        return list(source.rows(self._stack.mysql, self._naming.copies(path, copy), table))

    def _entries(self, place: str, table: str) -> list[tuple[int, int]]:
        return entries.found(self._stack, self._naming.key(place, table))

    def _read_topics(self, path: Path, reader: TopicReader, ends: list[LogEnd]) -> None:
        ends += reader.read(path, self._naming, self._tables)

    def _topic(self, path: Path, table: str) -> str:
        return f"{path.name}/{table}"

    # Cleaning up

    def _forget_copy(self, path: Path, copy: Copy) -> None:
        if copy.in_redis:
            entries.forget(self._stack, self._naming.entries(copy_place(path, copy)))
            return
        if copy.kind == "jdbc":
            self._stack.connect.delete(self._naming.connector(path, copy))
        if queue := dead_letters.queue_of(path, copy, self._naming):
            self._stack.kafka.delete_topic(queue)
        source.drop(self._stack.mysql, [self._naming.copies(path, copy)])


def _unrun(race: RaceWorker) -> str | None:
    return f"{race.missing} are not" if race.missing else None


def _quietly(act: Callable[..., None], *arguments: object) -> None:
    try:
        act(*arguments)
    except (HarnessError, KafkaException, pymysql.Error, redis.RedisError, OSError) as error:
        # What is left over carries the run's name and is in nobody's way.
        log.warning("something of the run could not be deleted: %s", error)
