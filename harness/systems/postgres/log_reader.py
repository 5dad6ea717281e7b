"""The write-ahead log of a PostgreSQL server, transaction by transaction, for one schema.

It is read by logical decoding over a replication slot of the reader's own, which exists before the
first write and keeps the log until it is read: whatever happens to the slots of connectors, and
whatever they read.
"""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing

from harness.model.ports.source import UnreadableLogError
from harness.model.rows import Committed, Image, Position, RowChange, Truncation
from harness.systems.postgres.client import ANSWER_LIMIT_S, Connection
from harness.systems.postgres.log_lines import Line, Values, lines_of
from harness.systems.postgres.slots import PLUGIN, drop_slots

FETCHED = 5_000
"""Lines that the server hands out at a time; it keeps the rest on its disk."""


class LogReader:
    """A `Follower` of one schema of the database.

    Args:
        connect: makes a connection that commits each statement; gets how long the server may be
            silent, in seconds.
        slot: its name; it is made now, and removed by `close`.
        schema: of the tables, which need not be there yet.
        tables: others are passed over.
        made: the numbers by which the server knew tables when they were made; it may still grow.
    """

    def __init__(
        self,
        connect: Callable[[float], Connection],
        slot: str,
        schema: str,
        tables: Collection[str],
        made: Mapping[str, int],
    ) -> None:
        self.seen: Callable[[int], bool] = lambda _xid: False
        """Whether the transaction of that number is passed over: a snapshot saw it."""
        self._connect = connect
        self._slot = slot
        self._schema = schema
        self._tables = tables
        self._made = made
        self._partitions: dict[str, str] = {}
        """The table that each partition is of."""
        with closing(connect(30.0)) as connection:
            ((self._read,),) = connection.execute(
                "SELECT (lsn - '0/0')::bigint FROM pg_create_logical_replication_slot(%s, %s)",
                (slot, PLUGIN),
            ).fetchall()
        self._confirmed = self._read

    @property
    def position(self) -> Position:
        """Behind the last transaction that was handed out."""
        return "", int(self._read)

    def read(self, *, answer_limit_s: float = ANSWER_LIMIT_S) -> Generator[Committed]:
        """Every transaction up to the end of the log as it is now.

        Raises:
            UnreadableLogError: a line is not understood, a table is gone, or the slot has lost
                what was not read.
            psycopg.Error, OSError: the server cannot be reached or does not hand it out.
        """
        with closing(self._connect(answer_limit_s)) as connection:
            self._require_same(connection)
            self._partitions = partitions(connection, self._schema)
            _written_out(connection)
            end = _flushed(connection)
            with connection.transaction(), connection.cursor("log") as cursor:
                cursor.itersize = FETCHED
                cursor.execute(
                    "SELECT (lsn - '0/0')::bigint, xid::text::bigint, data "
                    "FROM pg_logical_slot_peek_changes(%s, NULL, NULL, 'skip-empty-xacts', 'on')",
                    (self._slot,),
                )
                changes: list[RowChange | Truncation] = []
                for lsn, xid, text in cursor:
                    verb = text.partition(" ")[0]
                    if verb == "BEGIN":
                        changes = []
                    elif verb == "COMMIT" and lsn > self._confirmed:
                        self._read = max(self._read, lsn)
                        if not self.seen(xid):
                            yield Committed(tuple(changes), f"{xid}")
                    elif verb == "table":
                        changes += self._changes(text)
            self._read = max(self._read, end)

    def confirm(self) -> None:
        """Never hand out again what was handed out so far; the server may forget it."""
        if self._confirmed == self._read:
            return
        self._confirmed = self._read
        with closing(self._connect(30.0)) as connection:
            connection.execute(
                "SELECT pg_replication_slot_advance(%s, '0/0'::pg_lsn + %s::numeric)",
                (self._slot, self._read),
            )

    def close(self) -> None:
        """Remove the slot."""
        with closing(self._connect(ANSWER_LIMIT_S)) as connection:
            drop_slots(connection, [self._slot])

    def _changes(self, text: str) -> Iterator[RowChange | Truncation]:
        for line in lines_of(text):
            table = self._partitions.get(line.table, line.table)
            if line.schema != self._schema or table not in self._tables:
                continue
            if line.action != "TRUNCATE":
                yield _change(line, table)
            elif line.table in self._partitions:
                raise UnreadableLogError(f"a partition of table {table} was truncated")
            else:
                yield Truncation(table)

    def _require_same(self, connection: Connection) -> None:
        """Require every table to be there: statements that rename it are not in the log."""
        there = identities(connection, self._schema)
        for name in self._tables:
            if name not in there or self._made.get(name, there[name]) != there[name]:
                raise UnreadableLogError(
                    f"table {name} was renamed, dropped or made anew, and the write-ahead log does "
                    "not say when"
                )


def identities(connection: Connection, schema: str) -> dict[str, int]:
    """The tables of a schema, with the numbers by which the server knows them."""
    found = connection.execute(
        "SELECT relname, oid::bigint FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = "
        "(SELECT oid FROM pg_namespace WHERE nspname = %s)",
        (schema,),
    )
    return dict(found.fetchall())


def partitions(connection: Connection, schema: str) -> dict[str, str]:
    """The partitions of a schema: each by the table that it is of in the end."""
    found = connection.execute(
        "SELECT relname, pg_partition_root(pg_class.oid)::oid::bigint FROM pg_class "
        "WHERE relispartition AND relkind = 'r' AND relnamespace = "
        "(SELECT oid FROM pg_namespace WHERE nspname = %s)",
        (schema,),
    ).fetchall()
    names = {number: name for name, number in identities(connection, schema).items()}
    return {name: names[root] for name, root in found if root in names}


def _flushed(connection: Connection) -> int:
    """The byte up to which the log is on the disk: every commit before it is handed out."""
    ((end,),) = connection.execute("SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint").fetchall()
    return int(end)


def _written_out(connection: Connection) -> None:
    """Let the server write out what it has only in memory: its log is read from the disk.

    With synchronous_commit=off that is what it has answered for in the last moments.
    """
    ((behind,),) = connection.execute(
        "SELECT pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()"
    ).fetchall()
    if behind:
        with connection.transaction():
            connection.execute("SET LOCAL synchronous_commit = on")
            connection.execute("SELECT pg_logical_emit_message(true, 'harness', '')")


def _change(line: Line, table: str) -> RowChange:
    after = _image(line.new)
    before = _image(line.old)
    if line.action == "UPDATE" and before is None and after is not None:
        before = Image(after.key, None)  # the log leaves out a key that stays
    if before is None and after is None:
        raise UnreadableLogError(
            f"the write-ahead log does not say which row of table {table} was changed: it has "
            "REPLICA IDENTITY NOTHING"
        )
    return RowChange(table, before, after)


def _image(values: Values | None) -> Image | None:
    if values is None:
        return None
    key, version = values.get("id"), values.get("version")
    return Image(None if key is None else int(key), None if version is None else int(version))
