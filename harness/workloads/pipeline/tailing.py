"""A reader that follows a table to which rows are only added, each with the next higher key."""

from collections.abc import Sequence

import pymysql

from harness.model.ports.stack import MySql, SqlConnection

WINDOW = 2048
"""Keys that are looked at together: a row that half of them overtook is not waited for."""


class Tail:
    """What was added to a table, writer by writer, since the look before.

    Args:
        mysql: where the table is.
        database: of the table.
        ranges: each table with the first key of one of its writers.

    Raises:
        pymysql.Error: from `look`, which connects anew the next time.
    """

    def __init__(self, mysql: MySql, database: str, ranges: Sequence[tuple[str, int]]) -> None:
        self._mysql = mysql
        self._database = database
        self._ranges = [_Range(table, first) for table, first in ranges]
        self._connection: SqlConnection | None = None

    def look(self) -> list[tuple[str, int, int]]:
        """Table, key and version of every row that was not there before."""
        if self._connection is None:
            # A transaction would show the same snapshot for ever.
            self._connection = self._mysql.connection(database=self._database, autocommit=True)
        try:
            return [row for each in self._ranges for row in each.added(self._connection)]
        except (pymysql.Error, OSError):
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Range:
    """The keys of one writer from one on; all before it were seen, or are not waited for."""

    def __init__(self, table: str, first: int) -> None:
        self._table = table
        self._from = first
        self._seen: set[int] = set()

    def added(self, connection: SqlConnection) -> list[tuple[str, int, int]]:
        cursor = connection.cursor()
        cursor.execute(
            f"SELECT id, version FROM `{self._table}` WHERE id BETWEEN %s AND %s",  # noqa: S608
            (self._from, self._from + WINDOW - 1),
        )
        # A table without a key may hold a row twice.
        found = {int(key): int(version) for key, version in cursor.fetchall()}
        new = sorted(set(found) - self._seen)
        self._seen.update(new)
        self._from = max([self._from, *(key - WINDOW // 2 for key in new[-1:])])
        while self._from in self._seen:
            self._from += 1
        self._seen = {key for key in self._seen if key >= self._from}
        return [(self._table, key, found[key]) for key in new]
