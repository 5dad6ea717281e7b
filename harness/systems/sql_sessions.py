"""Connections to tables over SQL: a writer's, a reader's, a poller's, a copy's.

What databases say differently is a `Dialect`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness.history.history import NOTHING
from harness.model.ports.databases import Cursor, SqlConnection
from harness.model.ports.source import Place, RowMissingError
from harness.model.rows import Rows

START: Place = ("1970-01-01 00:00:01", -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What one database says in words of its own."""

    quote: str
    """What a name stands between."""
    errors: tuple[type[Exception], ...]
    or_update: str
    """After an INSERT: what begins the assignments to a row that is there already."""
    new: str
    """The row that was to be inserted, in these assignments."""
    before: str
    """The moment that is `%(delay_us)s` microseconds ago, by the clock that `changed` goes by."""

    def named(self, table: str) -> str:
        """The name of a table."""
        return f"{self.quote}{table}{self.quote}"

    def upsert(self, table: str, *, versioned: bool = False) -> str:
        """The statement that writes a row of key and version, whether it is there or not.

        Args:
            table: which.
            versioned: never replace a version by an older one.
        """
        name, version = self.named(table), f"{self.new}.version"
        kept = f"GREATEST({name}.version, {version})" if versioned else version
        return (
            f"INSERT INTO {name} (id, version) VALUES (%s, %s) "  # noqa: S608 - our own names
            f"{self.or_update} version = {kept}"
        )

    def newer(self, mode: str) -> str:
        """The condition of rows behind a place, and their order."""
        if mode == "incrementing":
            return "id > %(key)s ORDER BY id"
        return (
            "(changed > %(changed)s OR changed = %(changed)s AND id > %(key)s) "
            f"AND changed <= {self.before} ORDER BY changed, id"
        )


Connect: TypeAlias = Callable[[], SqlConnection]


class WriterSession:
    """A `Session`: one open transaction after the other over one connection."""

    def __init__(self, connection: SqlConnection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def insert(self, table: str, key: int, version: int) -> None:
        """A new row."""
        sql = f"INSERT INTO {self._dialect.named(table)} (id, version) VALUES (%s, %s)"  # noqa: S608 - our own names
        self._change(table, sql, key, version)

    def update(self, table: str, key: int, version: int) -> None:
        """A new version of a row."""
        sql = f"UPDATE {self._dialect.named(table)} SET version = %s WHERE id = %s"  # noqa: S608 - as above
        self._change(table, sql, version, key)

    def upsert(self, table: str, key: int, version: int) -> None:
        """A row, whether it was there or not."""
        self._change(table, self._dialect.upsert(table), key, version)

    def delete(self, table: str, key: int) -> None:
        """The end of a row."""
        self._change(table, f"DELETE FROM {self._dialect.named(table)} WHERE id = %s", key)  # noqa: S608 - as above

    def move(self, table: str, key: int, new: int, version: int) -> None:
        """A row gets another key."""
        sql = f"UPDATE {self._dialect.named(table)} SET id = %s, version = %s WHERE id = %s"  # noqa: S608 - as above
        self._change(table, sql, new, version, key)

    def update_many(self, table: str, versions: Mapping[int, int]) -> None:
        """New versions of rows, in one statement."""
        cases = " WHEN %s THEN %s" * len(versions)
        keys = ", ".join(["%s"] * len(versions))
        name = self._dialect.named(table)
        sql = f"UPDATE {name} SET version = CASE id{cases} END WHERE id IN ({keys})"  # noqa: S608
        pairs = [value for pair in versions.items() for value in pair]
        self._change(table, sql, *pairs, *versions, rows=len(versions))

    def truncate(self, table: str) -> None:
        """The end of all rows."""
        self._connection.cursor().execute(f"TRUNCATE TABLE {self._dialect.named(table)}")

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        return _between(self._connection.cursor(), self._dialect.named(table), first, last)

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
        cursor = self._connection.cursor()
        cursor.execute(sql, arguments)
        if cursor.rowcount < rows:
            raise RowMissingError(table)


class _Connecting:
    """A connection that is made when it is first used, and again after an error."""

    def __init__(self, connect: Connect, dialect: Dialect) -> None:
        self._connect = connect
        self._dialect = dialect
        self._connection: SqlConnection | None = None

    def close(self) -> None:
        """Hang up; the next use connects anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _cursor(self) -> Cursor:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection.cursor()


class RowReader(_Connecting):
    """A `Reader`, and a `Poller`, whose connections commit each statement.

    Within a transaction it would see the same snapshot for ever.
    """

    def __init__(
        self, connect: Connect, dialect: Dialect, mode: str = "", delay_ms: int = 0
    ) -> None:
        super().__init__(connect, dialect)
        self._mode = mode
        self._delay_us = delay_ms * 1000

    def version(self, table: str, key: int) -> int:
        """The version of a row, or NOTHING."""
        found = self.between(table, key, key)
        return int(found[0][1]) if found else NOTHING

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        try:
            return _between(self._cursor(), self._dialect.named(table), first, last)
        except self._dialect.errors:
            self.close()
            raise

    def newer(self, table: str, since: Place | None, *, limit: int) -> Sequence[tuple[Place, int]]:
        """The next rows behind `since`."""
        changed, key = since or START
        try:
            cursor = self._cursor()
            cursor.execute(
                f"SELECT changed, id, version FROM {self._dialect.named(table)} "  # noqa: S608 - our own names
                f"WHERE {self._dialect.newer(self._mode)} LIMIT {limit}",
                {"changed": changed, "key": key, "delay_us": self._delay_us},
            )
            return [((changed, key), version) for changed, key, version in cursor.fetchall()]
        except self._dialect.errors:
            self.close()
            raise


class RowApplier(_Connecting):
    """An `Applier`: what it does between two commits is one transaction."""

    def __init__(self, connect: Connect, dialect: Dialect, *, versioned: bool) -> None:
        super().__init__(connect, dialect)
        self._versioned = versioned

    def put(self, table: str, key: int, version: int) -> None:
        """Write a row."""
        sql = self._dialect.upsert(table, versioned=self._versioned)
        self._cursor().execute(sql, (key, version))

    def remove(self, table: str, key: int, before: int) -> None:
        """Delete a row, unless it is newer."""
        delete = f"DELETE FROM {self._dialect.named(table)} WHERE id = %s"  # noqa: S608 - our own names
        if self._versioned and before != NOTHING:
            self._cursor().execute(f"{delete} AND version <= %s", (key, before))
        else:
            self._cursor().execute(delete, (key,))

    def commit(self) -> None:
        """Keep it."""
        if self._connection is not None:
            self._connection.commit()


def _between(cursor: Cursor, name: str, first: int, last: int) -> Rows:
    asked = f"SELECT id, version FROM {name} WHERE id BETWEEN %s AND %s"  # noqa: S608 - our own names
    cursor.execute(asked, (first, last))
    return [(int(key), int(version)) for key, version in cursor.fetchall()]
