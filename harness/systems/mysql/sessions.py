"""Connections to the tables of one database: a writer's, a reader's, a poller's, a copy's."""

from collections.abc import Mapping, Sequence

import pymysql

from harness.history.history import NOTHING
from harness.model.ports.databases import Cursor, MySql, SqlConnection
from harness.model.ports.source import Place, RowMissingError
from harness.model.rows import Rows

BETWEEN = "SELECT id, version FROM `{}` WHERE id BETWEEN %s AND %s"
START: Place = ("1970-01-01 00:00:01", -1)
NEWER = {
    "incrementing": "id > %(key)s ORDER BY id",
    "timestamp+incrementing": "(changed > %(changed)s OR changed = %(changed)s AND id > %(key)s) "
    "AND changed <= CURRENT_TIMESTAMP(6) - INTERVAL %(delay_us)s MICROSECOND ORDER BY changed, id",
}


def upsert(table: str, *, versioned: bool = False) -> str:
    """The statement that writes a row of key and version, whether it is there or not.

    Args:
        table: which.
        versioned: never replace a version by an older one.
    """
    kept = f"GREATEST(`{table}`.version, new.version)" if versioned else "new.version"
    return (
        f"INSERT INTO `{table}` (id, version) VALUES (%s, %s) AS new "  # noqa: S608 - our own names
        f"ON DUPLICATE KEY UPDATE version = {kept}"
    )


class WriterSession:
    """A `Session`: one open transaction after the other over one connection."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    def insert(self, table: str, key: int, version: int) -> None:
        """A new row."""
        sql = f"INSERT INTO `{table}` (id, version) VALUES (%s, %s)"  # noqa: S608 - our own names
        self._change(table, sql, key, version)

    def update(self, table: str, key: int, version: int) -> None:
        """A new version of a row."""
        sql = f"UPDATE `{table}` SET version = %s WHERE id = %s"  # noqa: S608 - as above
        self._change(table, sql, version, key)

    def upsert(self, table: str, key: int, version: int) -> None:
        """A row, whether it was there or not."""
        self._change(table, upsert(table), key, version)

    def delete(self, table: str, key: int) -> None:
        """The end of a row."""
        self._change(table, f"DELETE FROM `{table}` WHERE id = %s", key)  # noqa: S608 - as above

    def move(self, table: str, key: int, new: int, version: int) -> None:
        """A row gets another key."""
        sql = f"UPDATE `{table}` SET id = %s, version = %s WHERE id = %s"  # noqa: S608 - as above
        self._change(table, sql, new, version, key)

    def update_many(self, table: str, versions: Mapping[int, int]) -> None:
        """New versions of rows, in one statement."""
        cases = " WHEN %s THEN %s" * len(versions)
        keys = ", ".join(["%s"] * len(versions))
        sql = f"UPDATE `{table}` SET version = CASE id{cases} END WHERE id IN ({keys})"  # noqa: S608
        pairs = [value for pair in versions.items() for value in pair]
        self._change(table, sql, *pairs, *versions, rows=len(versions))

    def truncate(self, table: str) -> None:
        """The end of all rows, committed at once."""
        self._connection.cursor().execute(f"TRUNCATE TABLE `{table}`")

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        return _between(self._connection.cursor(), table, first, last)

    def commit(self) -> None:
        """Commit what is open."""
        self._connection.commit()

    def rollback(self) -> None:
        """Roll back what is open."""
        self._connection.rollback()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _change(self, table: str, sql: str, *arguments: int, rows: int = 1) -> None:
        if self._connection.cursor().execute(sql, arguments) < rows:
            raise RowMissingError(table)


class _Connecting:
    """A connection that is made when it is first used, and again after an error."""

    def __init__(self, mysql: MySql, database: str, *, autocommit: bool) -> None:
        self._mysql = mysql
        self._database = database
        self._autocommit = autocommit
        self._connection: SqlConnection | None = None

    def close(self) -> None:
        """Hang up; the next use connects anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _cursor(self) -> Cursor:
        if self._connection is None:
            self._connection = self._mysql.connection(
                database=self._database, autocommit=self._autocommit
            )
        return self._connection.cursor()


class RowReader(_Connecting):
    """A `Reader`, and a `Poller`: each statement is a transaction of its own.

    Within one it would see the same snapshot for ever.
    """

    def __init__(self, mysql: MySql, database: str, mode: str = "", delay_ms: int = 0) -> None:
        super().__init__(mysql, database, autocommit=True)
        self._mode = mode
        self._delay_us = delay_ms * 1000

    def version(self, table: str, key: int) -> int:
        """The version of a row, or NOTHING."""
        found = self.between(table, key, key)
        return int(found[0][1]) if found else NOTHING

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        try:
            return _between(self._cursor(), table, first, last)
        except (pymysql.Error, OSError):
            self.close()
            raise

    def newer(self, table: str, since: Place | None, *, limit: int) -> Sequence[tuple[Place, int]]:
        """The next rows behind `since`."""
        changed, key = since or START
        try:
            cursor = self._cursor()
            cursor.execute(
                f"SELECT changed, id, version FROM `{table}` "  # noqa: S608 - our own names
                f"WHERE {NEWER[self._mode]} LIMIT {limit}",
                {"changed": changed, "key": key, "delay_us": self._delay_us},
            )
            return [((changed, key), version) for changed, key, version in cursor.fetchall()]
        except (pymysql.Error, OSError):
            self.close()
            raise


class RowApplier(_Connecting):
    """An `Applier`: what it does between two commits is one transaction."""

    def __init__(self, mysql: MySql, database: str, *, versioned: bool) -> None:
        super().__init__(mysql, database, autocommit=False)
        self._versioned = versioned

    def put(self, table: str, key: int, version: int) -> None:
        """Write a row."""
        self._cursor().execute(upsert(table, versioned=self._versioned), (key, version))

    def remove(self, table: str, key: int, before: int) -> None:
        """Delete a row, unless it is newer."""
        delete = f"DELETE FROM `{table}` WHERE id = %s"  # noqa: S608 - our own names
        if self._versioned and before != NOTHING:
            self._cursor().execute(f"{delete} AND version <= %s", (key, before))
        else:
            self._cursor().execute(delete, (key,))

    def commit(self) -> None:
        """Keep it."""
        if self._connection is not None:
            self._connection.commit()


def _between(cursor: Cursor, table: str, first: int, last: int) -> Rows:
    cursor.execute(BETWEEN.format(table), (first, last))
    return [(int(key), int(version)) for key, version in cursor.fetchall()]
