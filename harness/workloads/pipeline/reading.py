"""Readers of copies and caches while traffic runs: what they saw, and when."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from typing import Protocol

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S
from harness.model.pipeline.hops import cache_place, copy_place
from harness.model.pipeline.traffic import Cache
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.store import Reader, Tables
from harness.workloads.pipeline.choices import first_key
from harness.workloads.pipeline.copies.app_cache import AppCache
from harness.workloads.pipeline.copies.cache_copy import cache_settings
from harness.workloads.pipeline.recording import SightRecorder
from harness.workloads.pipeline.systems import Systems
from harness.workloads.pipeline.tailing import Tail

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


class ReadThrough:
    """A cache of the application and the source behind it: what misses is read there and filled."""

    def __init__(self, cache: AppCache, source: Reader) -> None:
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
        systems: say what an error is.
        rate_per_s: reads per second.
    """

    def __init__(
        self,
        name: str,
        place: str,
        look: Look,
        *,
        systems: Systems,
        rate_per_s: float,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.name = name
        self._look = look
        self._systems = systems
        self._errors = systems.errors
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
        except self._errors as error:
            # A read that was not answered has read nothing.
            self._recorder.failed("fail", self._systems.name_of(error), began_ns)
            return False
        for table, key, version in seen:
            self._recorder.saw(table, key, version, began_ns)
        self.reads += 1
        if self._recorder.waiting >= FLUSH_EVERY:
            self._recorder.flush()
        return True


def reader_workers(
    workload: PipelineWorkload, systems: Systems, *, journal: Journal, clock: Clock
) -> list[ReaderWorker]:
    """The workers of all readers; every copy and cache is there."""
    places = dict(_views(workload, systems))
    tails = dict(_tails(workload, systems))
    rows = written_rows(workload)
    return [
        ReaderWorker(
            f"reader-{number} of {place}",
            place,
            tails[place]() if readers.tail else EachInTurn(view(), rows),
            systems=systems,
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
    workload: PipelineWorkload, systems: Systems
) -> Iterator[tuple[str, Callable[[], Tail]]]:
    ranges = [
        (table, first_key(number))
        for spec in workload.writers
        for number in range(spec.count)
        for table in spec.tables
    ]
    for path in workload.paths:
        for copy in path.copies:
            if not copy.cache:
                tables = systems.tables(path, copy)
                yield copy_place(path, copy), partial(_tail, tables, ranges)


def _tail(tables: Tables, ranges: Sequence[tuple[str, int]]) -> Tail:
    return Tail(tables.reader(), ranges)


def _views(
    workload: PipelineWorkload, systems: Systems
) -> Iterator[tuple[str, Callable[[], View]]]:
    for path in workload.paths:
        for copy in path.copies:
            place = copy_place(path, copy)
            if copy.cache:
                # A cache that is being rebuilt says so; of someone's own nobody knows.
                rebuilt = copy.kind == copy.cache and cache_settings(copy).rebuild
                store = systems.entries(path, copy)
                yield place, partial(store.entries, versioned=False, rebuilt=rebuilt)
            else:
                yield place, systems.tables(path, copy).reader
    for cache in workload.caches:
        yield cache_place(cache), partial(read_through, cache, systems)


def read_through(cache: Cache, systems: Systems) -> ReadThrough:
    """A reader's access to a cache of the application."""
    return ReadThrough(AppCache(cache, systems.cache(cache)), systems.source.reader())
