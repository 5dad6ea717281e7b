"""Readers of copies and caches while traffic runs: what they saw, and when."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from typing import Protocol

import pymysql
import redis

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S
from harness.model.pipeline import (
    Cache,
    PipelineWorkload,
    cache_place,
    copy_place,
)
from harness.model.ports.stack import MySql, SqlConnection, Stack
from harness.systems.mysql import errors as mysql_errors
from harness.systems.redis import errors as redis_errors
from harness.workloads.pipeline.copies.app_cache import AppCache
from harness.workloads.pipeline.copies.entries import Entries
from harness.workloads.pipeline.copies.redis_copy import cache_settings
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.recording import SightRecorder
from harness.workloads.pipeline.tailing import Tail
from harness.workloads.pipeline.writing import first_key

FLUSH_EVERY = 50
"""Reads that are written down together."""
RETRY_S = 0.2


class View(Protocol):
    """One reader's access to a place."""

    def version(self, table: str, key: int) -> int:
        """The version of a row there, or NOTHING."""

    def close(self) -> None:
        """Hang up."""


class Look(Protocol):
    """What a reader does at each of its moments."""

    def look(self) -> list[tuple[str, int, int]]:
        """Table, key and version of what it saw; raises as its clients do."""

    def close(self) -> None:
        """Hang up."""


class EachInTurn:
    """One row after the other, and again from the first; it closes the view."""

    def __init__(self, view: View, rows: Sequence[tuple[str, int]]) -> None:
        self._rows = cycle(rows)
        self._view = view

    def look(self) -> list[tuple[str, int, int]]:
        """The next row; raises as the view does."""
        table, key = next(self._rows)
        return [(table, key, self._view.version(table, key))]

    def close(self) -> None:
        """Hang up."""
        self._view.close()


class TableView:
    """Rows of a database, each read by a statement of its own.

    Raises:
        pymysql.Error: from `version`, which connects anew the next time.
    """

    def __init__(self, mysql: MySql, database: str) -> None:
        self._mysql = mysql
        self._database = database
        self._connection: SqlConnection | None = None

    def version(self, table: str, key: int) -> int:
        """The version of a row, or NOTHING."""
        if self._connection is None:
            # A transaction would show the same snapshot for ever.
            self._connection = self._mysql.connection(database=self._database, autocommit=True)
        try:
            cursor = self._connection.cursor()
            cursor.execute(f"SELECT version FROM `{table}` WHERE id = %s", (key,))  # noqa: S608
            row = cursor.fetchone()
        except (pymysql.Error, OSError):
            self.close()
            raise
        return NOTHING if row is None else int(row[0])

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class CacheView:
    """Entries of a copy in Redis; raises redis.RedisError from `version`.

    A cache that is filled again when it was emptied shows nothing before it is.
    """

    def __init__(self, naming: Naming, place: str, stack: Stack, *, rebuilt: bool) -> None:
        self._naming = naming
        self._place = place
        state = naming.state(place) if rebuilt else None
        self._entries = Entries(stack.redis.client(), versioned=False, state=state)

    def version(self, table: str, key: int) -> int:
        """The version that an entry shows, or NOTHING."""
        return self._entries.get(f"{self._naming.key(self._place, table)}{key}")

    def close(self) -> None:
        """Hang up."""
        self._entries.close()


class ReadThrough:
    """A cache of the application and the source behind it: what misses is read there and filled."""

    def __init__(self, cache: AppCache, source: TableView) -> None:
        self._cache = cache
        self._source = source

    def version(self, table: str, key: int) -> int:
        """The version that the application shows, or NOTHING; raises as both do."""
        held = self._cache.get(table, key)
        if held != NOTHING:
            return held
        read = self._source.version(table, key)
        self._cache.fill(table, key, read)
        return read

    def close(self) -> None:
        """Hang up."""
        self._cache.close()
        self._source.close()


class ReaderWorker:
    """Reads rows at a rate.

    Args:
        name: its own.
        place: what it reads.
        look: how it reads; the worker closes it.
        rate_per_s: reads per second.
    """

    def __init__(
        self,
        name: str,
        place: str,
        look: Look,
        *,
        rate_per_s: float,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.name = name
        self._look = look
        self._rate_per_s = rate_per_s
        self._recorder = SightRecorder(journal, clock, name, place)
        self._clock = clock
        self._due_ns: int | None = None
        self.reads = 0
        """Reads that were answered."""

    def step(self) -> float:
        """One read, when the rate allows one."""
        now = self._clock.now_ns()
        if self._due_ns is None:
            self._due_ns = now
        if now < self._due_ns:
            return (self._due_ns - now) / NS_PER_S
        # What it is behind is let go: a burst of reads would measure something else.
        self._due_ns = max(self._due_ns, now - NS_PER_S) + int(NS_PER_S / self._rate_per_s)
        return 0.0 if self._read() else RETRY_S

    def close(self) -> None:
        """Hang up, and write down what it saw."""
        self._look.close()
        self._recorder.flush()

    def _read(self) -> bool:
        began_ns = self._clock.now_ns()
        try:
            seen = self._look.look()
        except (pymysql.Error, redis.RedisError, OSError) as error:
            said = redis_errors if isinstance(error, redis.RedisError) else mysql_errors
            # A read that was not answered has read nothing.
            self._recorder.failed("fail", said.name_of(error), began_ns)
            return False
        for table, key, version in seen:
            self._recorder.saw(table, key, version, began_ns)
        self.reads += 1
        if self._recorder.waiting >= FLUSH_EVERY:
            self._recorder.flush()
        return True


def reader_workers(
    workload: PipelineWorkload, naming: Naming, *, stack: Stack, journal: Journal, clock: Clock
) -> list[ReaderWorker]:
    """The workers of all readers; every copy and cache is there."""
    places = dict(_views(workload, naming, stack))
    tails = dict(_tails(workload, naming, stack))
    rows = written_rows(workload)
    return [
        ReaderWorker(
            f"reader-{number} of {place}",
            place,
            tails[place]() if readers.tail else EachInTurn(view(), rows),
            rate_per_s=readers.rate_per_s,
            journal=journal,
            clock=clock,
        )
        for readers in workload.readers
        for place, view in places.items()
        if place.rpartition("/")[2] == readers.copy
        for number in range(readers.count)
    ]


def written_rows(workload: PipelineWorkload) -> list[tuple[str, int]]:
    """Table and key of every row that a writer may write."""
    return [
        (table, first_key(number) + key)
        for spec in workload.writers
        for key in range(spec.keys)
        for number in range(spec.count)
        for table in spec.tables
    ]


def _tails(
    workload: PipelineWorkload, naming: Naming, stack: Stack
) -> Iterator[tuple[str, Callable[[], Tail]]]:
    ranges = [
        (table, first_key(number))
        for spec in workload.writers
        for number in range(spec.count)
        for table in spec.tables
    ]
    for path in workload.paths:
        for copy in path.copies:
            place = copy_place(path, copy)
            yield place, partial(Tail, stack.mysql, naming.copies(path, copy), ranges)


def _views(
    workload: PipelineWorkload, naming: Naming, stack: Stack
) -> Iterator[tuple[str, Callable[[], View]]]:
    for path in workload.paths:
        for copy in path.copies:
            place = copy_place(path, copy)
            if copy.in_redis:
                # A cache that is being rebuilt says so; of someone's own nobody knows.
                rebuilt = copy.kind == "redis" and cache_settings(copy).rebuild
                yield place, partial(CacheView, naming, place, stack, rebuilt=rebuilt)
            else:
                yield place, partial(TableView, stack.mysql, naming.copies(path, copy))
    for cache in workload.caches:
        yield cache_place(cache), partial(read_through, cache, naming, stack)


def read_through(cache: Cache, naming: Naming, stack: Stack) -> ReadThrough:
    """A reader's access to a cache of the application."""
    return ReadThrough(AppCache(cache, naming, stack), TableView(stack.mysql, naming.source))
