"""Rows by which a run sees that a pipeline is at work, and that everything has come through."""

from functools import partial

import pymysql
import redis

from harness.history.journal import END_MARK, SEQUENCE_BITS, Journal
from harness.kit.waits import NotYet, wait_until
from harness.model.pipeline import Copy, Path, PipelineWorkload, copy_place
from harness.model.ports import Stack
from harness.workloads.pipeline import source
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.own_programs import last_words
from harness.workloads.pipeline.places import Places

MARKS_PER_PARTITION = 12
"""End marks for each partition of a table's topic: enough to hit every one, whatever the hash."""
FIRST_ROW = "first-row"
FIRST_ROW_LIMIT_S = 60.0
UNREADABLE_NOW = (pymysql.Error, redis.RedisError, OSError)


class Marks:
    """Writes rows of the harness's own into the source, and looks for them in the copies."""

    def __init__(
        self,
        workload: PipelineWorkload,
        naming: Naming,
        *,
        stack: Stack,
        journal: Journal,
        places: Places,
    ) -> None:
        self._workload = workload
        self._tables = [table.name for table in workload.tables]
        self._naming = naming
        self._stack = stack
        self._journal = journal
        self._places = places
        self._ends: dict[str, set[int]] = {}

    def prefill(self) -> None:
        """Insert the rows that are there before any feed looks."""
        version = self._journal.process("prefill", "writer", "prefill") << SEQUENCE_BITS
        for table in self._workload.tables:
            rows = [(source.OLD_KEYS + place, version + place) for place in range(table.rows)]
            version += table.rows
            if rows:
                self._write([self._replace(table.name, rows)])

    def await_programs(self) -> None:
        """Write a row and wait until every program has moved it: only then it is at work.

        Raises:
            WaitTimeout: one does not; has the end of what it printed.
        """
        version = self._journal.process(FIRST_ROW, "writer", FIRST_ROW) << SEQUENCE_BITS
        for number, table in enumerate(self._tables):
            self._write([self._replace(table, [(source.FIRST_KEY, version + number)])])
        for path in self._workload.paths:
            for copy in path.copies:
                if "program" in (path.feed.kind, copy.kind):
                    wait_until(
                        f"a first row to come out of {copy_place(path, copy)}",
                        partial(self._first_row, path, copy),
                        limit_s=FIRST_ROW_LIMIT_S,
                        interval_s=0.1,
                        retry_on=UNREADABLE_NOW,
                    )

    def unwritten(self) -> str | None:
        """Write end marks into every table, once; None when they are committed."""
        if self._ends:
            return None
        version = self._journal.process(END_MARK, "writer", END_MARK) << SEQUENCE_BITS
        count = MARKS_PER_PARTITION * max(path.feed.partitions for path in self._workload.paths)
        statements, ends = [], {}
        for table in self._tables:
            keys = range(source.MARK_KEYS, source.MARK_KEYS + count)
            rows = [(key, version + place) for place, key in enumerate(keys)]
            version += count
            ends[table] = set(keys)
            statements.append(self._replace(table, rows))
        try:
            self._write(statements)
        except (pymysql.Error, OSError) as error:
            return f"the source does not take it: {error}"
        self._ends = ends
        return None

    def missing(self, path: Path, copy: Copy) -> str | None:
        """How many end marks have come out of a copy; None when all have."""
        for table, keys in self._ends.items():
            try:
                there = keys & {key for key, _ in self._places.copy(path, copy, table)}
            except UNREADABLE_NOW as error:
                return f"it cannot be read: {error}"
            if len(there) < len(keys):
                return f"{len(there)} of {len(keys)} marks of {table}"
        return None

    def _first_row(self, path: Path, copy: Copy) -> bool | NotYet:
        there = all(
            any(key == source.FIRST_KEY for key, _ in self._places.copy(path, copy, table))
            for table in self._tables
        )
        return True if there else NotYet(last_words(self._stack, self._workload))

    def _replace(self, table: str, rows: list[tuple[int, int]]) -> str:
        return source.replace(self._naming.source, table, rows)

    def _write(self, statements: list[str]) -> None:
        source.run(self._stack.mysql, statements)
