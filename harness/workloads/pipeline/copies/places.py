"""What the copies of a pipeline hold now."""

from harness.model.pipeline import Copy, Path, copy_place
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.copies import contents, entries
from harness.workloads.pipeline.copies.contents import Columns, Contents
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.source import database as source

Rows = list[tuple[int, int]]
"""Key and version of every row of a table."""


class Places:
    """Reads copies and caches as they are.

    Every method raises pymysql.Error, redis.RedisError or OSError when the place cannot be read.
    """

    def __init__(self, naming: Naming, stack: Stack) -> None:
        self._naming = naming
        self._stack = stack

    def copy(self, path: Path, copy: Copy, table: str) -> Rows:
        """The rows of a table in a copy."""
        if copy.in_redis:
            return self.cache(copy_place(path, copy), table)
        return list(source.rows(self._stack.mysql, self._naming.copies(path, copy), table))

    def contents(self, path: Path, copy: Copy, table: str, source: Columns) -> Contents:
        """The rows of a table in a copy, with those of the source's columns that it must hold."""
        if copy.in_redis:
            return Contents(self.copy(path, copy, table))
        mysql, database = self._stack.mysql, self._naming.copies(path, copy)
        there = contents.columns(mysql, database, table)
        return contents.read(mysql, database, table, contents.owed(path, copy, source, there))

    def cache(self, place: str, table: str) -> Rows:
        """The entries of a table's rows in a place of Redis."""
        return entries.found(self._stack, self._naming.key(place, table))
