"""Access to tables in memory as writers, readers, pollers and copies have it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from pymysql.err import MySQLError

from harness.backends.fake.data.connection import Connection
from harness.backends.fake.data.rows import Row, Value
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.data.table import Table
from harness.backends.fake.data.texts import versions
from harness.backends.fake.data.transaction import Transaction
from harness.history.history import NOTHING
from harness.model.ports.source import Place, RowMissingError
from harness.model.rows import Rows

Connect: TypeAlias = Callable[[], Connection]
START = datetime(1970, 1, 1)  # noqa: DTZ001 - moments of columns have no zone


class WriterSession:
    """A `Session` in a database: one open transaction after the other over one connection."""

    def __init__(self, connection: Connection, database: str) -> None:
        self._connection = connection
        self._database = database

    def insert(self, table: str, key: int, version: int) -> None:
        """A new row."""
        transaction, rows = self._ask(table)
        transaction.insert(rows, {"id": key, "version": version})

    def update(self, table: str, key: int, version: int) -> None:
        """A new version of a row."""
        self._change(table, key, {"version": version})

    def upsert(self, table: str, key: int, version: int) -> None:
        """A row, whether it was there or not."""
        transaction, rows = self._ask(table)
        transaction.upsert(rows, {"id": key, "version": version})

    def delete(self, table: str, key: int) -> None:
        """The end of a row."""
        transaction, rows = self._ask(table)
        if not transaction.delete(rows, key):
            raise RowMissingError(table)

    def move(self, table: str, key: int, new: int, version: int) -> None:
        """A row gets another key."""
        self._change(table, key, {"id": new, "version": version})

    def update_many(self, table: str, versions: Mapping[int, int]) -> None:
        """New versions of rows, in one statement."""
        for key, version in versions.items():
            self._change(table, key, {"version": version})

    def truncate(self, table: str) -> None:
        """The end of all rows."""
        transaction, rows = self._ask(table)
        transaction.truncate(rows)

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        transaction, rows = self._ask(table)
        return versions(rows.seen(first, last, transaction))

    def commit(self) -> None:
        """Commit what is open."""
        self._connection.commit()

    def rollback(self) -> None:
        """Roll back what is open."""
        self._connection.rollback()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _change(self, table: str, key: int, values: Mapping[str, Value]) -> None:
        transaction, rows = self._ask(table)
        if not transaction.update(rows, key, values):
            raise RowMissingError(table)

    def _ask(self, table: str) -> tuple[Transaction, Table]:
        transaction = self._connection.ask()
        return transaction, self._connection.server.table(self._database, table)


class _Connecting:
    """A connection that is made when it is first used, and again after an error."""

    def __init__(self, connect: Connect, database: str) -> None:
        self._connect = connect
        self._database = database
        self._connection: Connection | None = None

    def close(self) -> None:
        """Hang up; the next use connects anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _server(self) -> DatabaseServer:
        """Whom it is connected to."""
        assert self._connection is not None  # noqa: S101 - it has just been asked
        return self._connection.server

    def _ask(self, table: str) -> tuple[Transaction, Table]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            transaction = self._connection.ask()
        except MySQLError:
            self.close()
            raise
        return transaction, self._connection.server.table(self._database, table)


class RowReader(_Connecting):
    """A `Reader`: each look sees what is committed then."""

    def version(self, table: str, key: int) -> int:
        """The version of a row, or NOTHING."""
        found = self.between(table, key, key)
        return found[0][1] if found else NOTHING

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""
        _, rows = self._ask(table)
        shown = self._server.seams.look
        return [(key, shown(key, version)) for key, version in versions(rows.seen(first, last))]


class RowPoller(_Connecting):
    """A `Poller`, which knows new rows by key alone, or by time and key.

    Args:
        connect: makes a connection.
        database: of the tables.
        by_time: by `changed` and `id`; else by `id`.
        delay_ms: rows that are younger are left alone.
    """

    def __init__(self, connect: Connect, database: str, *, by_time: bool, delay_ms: int) -> None:
        super().__init__(connect, database)
        self._by_time = by_time
        self._delay = timedelta(milliseconds=delay_ms)

    def newer(self, table: str, since: Place | None, *, limit: int) -> Sequence[tuple[Place, int]]:
        """Place and version of the next rows behind `since`."""
        _, rows = self._ask(table)
        latest = self._server.now - self._delay
        found = sorted(
            (*self._place(row), version)
            for row, (_, version) in _with_versions(rows)
            if not self._by_time or _changed(row) <= latest
        )
        changed, key = since or (START, -1)
        behind = ((at, own, version) for at, own, version in found if (at, own) > (changed, key))
        return [((at, own), version) for at, own, version in behind][:limit]

    def _place(self, row: Row) -> tuple[datetime, int]:
        (key, _), *_ = versions([row])
        return (_changed(row) if self._by_time else START), key


class RowApplier(_Connecting):
    """An `Applier`: what it does between two commits is one transaction."""

    def __init__(self, connect: Connect, database: str, *, versioned: bool) -> None:
        super().__init__(connect, database)
        self._versioned = versioned

    def put(self, table: str, key: int, version: int) -> None:
        """Write a row, or leave a newer one as it is."""
        transaction, rows = self._ask(table)
        found = versions(rows.seen(key, key, transaction)) if self._versioned else ()
        newest = max([version, *(each for _, each in found)])
        for written, its in self._server.seams.put(key, newest):
            transaction.upsert(rows, {"id": written, "version": its})

    def remove(self, table: str, key: int, before: int) -> None:
        """Delete a row, unless it is newer."""
        transaction, rows = self._ask(table)
        found = versions(rows.seen(key, key, transaction))
        is_older = all(each <= before for _, each in found)
        if is_older or not self._versioned or before == NOTHING:
            self._remove(transaction, rows, key)

    def _remove(self, transaction: Transaction, rows: Table, key: int) -> None:
        if self._server.seams.removes(key):
            transaction.delete(rows, key)

    def commit(self) -> None:
        """Keep it."""
        if self._connection is not None:
            self._connection.commit()


def _with_versions(table: Table) -> list[tuple[Row, tuple[int, int]]]:
    rows = list(table.committed())
    return list(zip(rows, versions(rows), strict=True))


def _changed(row: Row) -> datetime:
    moment = row["changed"]
    assert isinstance(moment, datetime)  # noqa: S101 - as every table of ours has it
    return moment
