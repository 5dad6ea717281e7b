"""Connections to the tables of one schema: a writer's, a reader's, a poller's, a copy's."""

from collections.abc import Callable, Mapping, Sequence

import psycopg

from harness.history.history import NOTHING
from harness.model.ports.source import Place, RowMissingError
from harness.model.rows import Rows
from harness.systems.postgres.client import Connection

START: Place = ("1970-01-01 00:00:01+00", -1)
NEWER = {
    "incrementing": "id > %(key)s ORDER BY id",
    "timestamp+incrementing": "(changed, id) > (%(changed)s::timestamptz, %(key)s) "
    "AND changed <= statement_timestamp() - %(delay_ms)s * interval '1 ms' ORDER BY changed, id",
}


def upsert(table: str, *, versioned: bool = False) -> str:
    """The statement that writes a row of key and version, whether it is there or not.

    Args:
        table: which.
        versioned: never replace a version by an older one.
    """
    kept = f'GREATEST("{table}".version, excluded.version)' if versioned else "excluded.version"
    return (
        f'INSERT INTO "{table}" (id, version) VALUES (%s, %s) '  # noqa: S608 - our own names
        f"ON CONFLICT (id) DO UPDATE SET version = {kept}"
    )


class WriterSession:
    """A `Session`: one open transaction after the other over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.commit = connection.commit
        self.rollback = connection.rollback
        self.close = connection.close

    def insert(self, table: str, key: int, version: int) -> None:
        """A new row."""
        self._change(table, f'INSERT INTO "{table}" (id, version) VALUES (%s, %s)', key, version)  # noqa: S608 - our own names

    def update(self, table: str, key: int, version: int) -> None:
        """A new version of a row."""
        self._change(table, f'UPDATE "{table}" SET version = %s WHERE id = %s', version, key)  # noqa: S608 - our own names

    def upsert(self, table: str, key: int, version: int) -> None:
        """A row, whether it was there or not."""
        self._change(table, upsert(table), key, version)

    def delete(self, table: str, key: int) -> None:
        """The end of a row."""
        self._change(table, f'DELETE FROM "{table}" WHERE id = %s', key)  # noqa: S608 - our own names

    def move(self, table: str, key: int, new: int, version: int) -> None:
        """A row gets another key."""
        move = f'UPDATE "{table}" SET id = %s, version = %s WHERE id = %s'  # noqa: S608 - our own names
        self._change(table, move, new, version, key)

    def update_many(self, table: str, versions: Mapping[int, int]) -> None:
        """New versions of rows, in one statement."""
        self._change(
            table,
            f'UPDATE "{table}" SET version = new.version '  # noqa: S608 - our own names
            "FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, version) "
            f'WHERE "{table}".id = new.id',
            list(versions),
            list(versions.values()),
            rows=len(versions),
        )

    def truncate(self, table: str) -> None:
        """The end of all rows."""
        self._connection.execute(f'TRUNCATE TABLE "{table}"')

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        return _between(self._connection, table, first, last)

    def _change(self, table: str, change: str, *arguments: object, rows: int = 1) -> None:
        if self._connection.execute(change, arguments).rowcount < rows:
            raise RowMissingError(table)


class _Connecting:
    """A connection that is made when it is first used, and again after an error."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None

    def close(self) -> None:
        """Hang up; the next use connects anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection


class RowReader(_Connecting):
    """A `Reader`, and a `Poller`: each statement is a transaction of its own."""

    def __init__(
        self, connect: Callable[[], Connection], mode: str = "", delay_ms: int = 0
    ) -> None:
        super().__init__(connect)
        self._mode = mode
        self._delay_ms = delay_ms

    def version(self, table: str, key: int) -> int:
        """The version of a row, or NOTHING."""
        found = self.between(table, key, key)
        return found[0][1] if found else NOTHING

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        try:
            return _between(self._connected(), table, first, last)
        except (psycopg.Error, OSError):
            self.close()
            raise

    def newer(self, table: str, since: Place | None, *, limit: int) -> Sequence[tuple[Place, int]]:
        """The next rows behind `since`."""
        changed, key = since or START
        try:
            found = self._connected().execute(
                f'SELECT changed::text, id, version FROM "{table}" '  # noqa: S608 - our names
                f"WHERE {NEWER[self._mode]} LIMIT {limit}",
                {"changed": changed, "key": key, "delay_ms": self._delay_ms},
            )
            return [((changed, key), version) for changed, key, version in found.fetchall()]
        except (psycopg.Error, OSError):
            self.close()
            raise


class RowApplier(_Connecting):
    """An `Applier`: what it does between two commits is one transaction."""

    def __init__(self, connect: Callable[[], Connection], *, versioned: bool) -> None:
        super().__init__(connect)
        self._versioned = versioned

    def put(self, table: str, key: int, version: int) -> None:
        """Write a row."""
        put = upsert(table, versioned=self._versioned)
        self._connected().execute(put, (key, version))

    def remove(self, table: str, key: int, before: int) -> None:
        """Delete a row, unless it is newer."""
        delete = f'DELETE FROM "{table}" WHERE id = %s'  # noqa: S608 - our own names
        if self._versioned and before != NOTHING:
            self._connected().execute(f"{delete} AND version <= %s", (key, before))
        else:
            self._connected().execute(delete, (key,))

    def commit(self) -> None:
        """Keep it."""
        if self._connection is not None:
            self._connection.commit()


def _between(connection: Connection, table: str, first: int, last: int) -> Rows:
    asked = f'SELECT id, version FROM "{table}" WHERE id BETWEEN %s AND %s'  # noqa: S608 - our own names
    found = connection.execute(asked, (first, last))
    return [(int(key), int(version)) for key, version in found.fetchall()]
