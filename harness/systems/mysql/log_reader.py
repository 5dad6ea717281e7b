"""The binary log of a MySQL server, transaction by transaction, for the tables of a run.

It is read with the library mysql-replication, over a connection that makes today's events readable
for it. Transactions of XA are kept until they end, and every event that is not understood raises,
so that a log counts as read only when all of it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pymysql
from pymysqlreplication import BinLogStreamReader
from pymysqlreplication.constants import BINLOG
from pymysqlreplication.event import (
    BinLogEvent,
    ExecuteLoadQueryEvent,
    GtidEvent,
    NotImplementedEvent,
    QueryEvent,
    XAPrepareEvent,
    XidEvent,
)
from pymysqlreplication.row_event import (
    DeleteRowsEvent,
    PartialUpdateRowsEvent,
    UpdateRowsEvent,
    WriteRowsEvent,
)

from harness.kit.errors import HarnessError
from harness.model.ports.source import UnreadableLogError
from harness.model.ports.stack import Stack
from harness.model.rows import Committed, Image, Position, RowChange, Truncation
from harness.systems.mysql import log_statements
from harness.systems.mysql.client import ANSWER_LIMIT_S, CONNECT_LIMIT_S, USER
from harness.systems.mysql.log_packets import BinlogConnection

RowsEvent: TypeAlias = WriteRowsEvent | UpdateRowsEvent | DeleteRowsEvent
Xid: TypeAlias = tuple[bytes, bytes]

ROWS = (WriteRowsEvent, UpdateRowsEvent, PartialUpdateRowsEvent, DeleteRowsEvent)
EVENTS: tuple[type[BinLogEvent], ...] = (
    *ROWS,
    QueryEvent,
    XidEvent,
    GtidEvent,
    XAPrepareEvent,
    ExecuteLoadQueryEvent,
    NotImplementedEvent,
)
WITHOUT_ROWS = {
    BINLOG.IGNORABLE_LOG_EVENT,
    BINLOG.ANONYMOUS_GTID_LOG_EVENT,
    36,  # TRANSACTION_CONTEXT_EVENT, of group replication
    37,  # VIEW_CHANGE_EVENT, of group replication
    41,  # HEARTBEAT_LOG_EVENT_V2
    42,  # GTID_TAGGED_LOG_EVENT
}
"""Events that the library does not know and that change no row."""


class LogReader:
    """Reads transactions in order of commit; of each, the rows of `tables`, if there are any.

    Args:
        stack: whose MySQL server's log it is.
        server_id: which no other reader of the server has.
        start: where to begin.
        database: of the tables.
        tables: others are passed over.
        prepared: transactions of XA that are prepared and not ended; kept up to date.
        answer_limit_s: how long the server may be silent.
    """

    def __init__(
        self,
        stack: Stack,
        server_id: int,
        start: Position,
        *,
        database: str,
        tables: Sequence[str],
        prepared: dict[Xid, tuple[RowChange, ...]] | None = None,
        answer_limit_s: float = ANSWER_LIMIT_S,
    ) -> None:
        self._database = database
        self._tables = tables
        self._prepared = {} if prepared is None else prepared
        self._gtid: str | None = None
        host, port = stack.address("mysql")
        self._stream = BinLogStreamReader(
            connection_settings={
                "host": host,
                "port": port,
                "user": USER,
                "password": stack.password(),
                "connect_timeout": CONNECT_LIMIT_S,
                "read_timeout": answer_limit_s,
            },
            server_id=server_id,
            log_file=start[0],
            log_pos=start[1],
            resume_stream=True,
            only_schemas=[database],
            only_tables=list(tables),
            only_events=EVENTS,
            filter_non_implemented_events=False,
            # Only keys and versions are looked at, and they are numbers.
            ignore_decode_errors=True,
            pymysql_wrapper=_connecting_twice(),
            enable_logging=False,
        )

    @property
    def position(self) -> Position:
        """Behind the last transaction that was handed out."""
        return self._stream.log_file, self._stream.log_pos

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def __iter__(self) -> Iterator[Committed]:
        """Every transaction up to the end of the log.

        Raises:
            UnreadableLogError: an event is not understood, or the log ends within a transaction.
            pymysql.Error, OSError: the server cannot be reached, or has purged the log.
        """
        rows: list[RowChange] = []
        for event in self._events():
            if isinstance(event, ROWS):
                rows += changes(event)
                continue
            found = self._ended(event, rows)
            if found is not None:
                rows = []
                yield found
        if rows:
            raise UnreadableLogError("the binary log ends within a transaction")

    def _ended(self, event: BinLogEvent, rows: list[RowChange]) -> Committed | None:
        """The transaction that `event` ends, which may have changed nothing of ours."""
        if isinstance(event, GtidEvent):
            self._gtid = event.gtid
        elif isinstance(event, XidEvent):
            return Committed(tuple(rows), self._gtid)
        elif isinstance(event, XAPrepareEvent):
            if event.one_phase:
                return Committed(tuple(rows), self._gtid)
            self._prepared[event.xid_gtrid, event.xid_bqual] = tuple(rows)
            return Committed()
        elif isinstance(event, QueryEvent):
            return self._stated(event, rows)
        return None

    def _stated(self, event: QueryEvent, rows: list[RowChange]) -> Committed | None:
        """The transaction that a statement ends."""
        stated = log_statements.of(event.query, event.schema.decode(), self._database)
        if stated.refusal(self._tables):
            raise UnreadableLogError(
                f"the binary log holds the statement {event.query[:100]!r}: "
                f"{stated.refusal(self._tables)}"
            )
        if stated.truncated is not None and stated.truncated in self._tables:
            return Committed((Truncation(stated.truncated),), self._gtid)
        match stated.verb:
            case "COMMIT":
                return Committed(tuple(rows), self._gtid)
            case "ROLLBACK":
                return Committed()
            case "XA COMMIT":
                return Committed(self._prepared.pop(stated.xid, ()), self._gtid)
            case "XA ROLLBACK":
                self._prepared.pop(stated.xid, None)
            case _:
                pass
        return None

    def _events(self) -> Iterator[BinLogEvent]:
        """All events that say something of transactions, decoded."""
        try:
            for event in self._stream:
                yield _decoded(event)
        except (pymysql.Error, OSError, HarnessError):
            raise
        except Exception as error:  # the library raises what its parser happens to meet
            file, offset = self.position
            raise UnreadableLogError(
                f"the binary log cannot be decoded near {file}:{offset}: "
                f"{type(error).__name__}: {error}"
            ) from error


def changes(event: RowsEvent) -> Iterator[RowChange]:
    """What an event says of rows; of an image it may leave out what a row is not known by."""
    for row in event.rows:
        before = row["values"] if isinstance(event, DeleteRowsEvent) else row.get("before_values")
        after = row["values"] if isinstance(event, WriteRowsEvent) else row.get("after_values")
        yield RowChange(str(event.table), _image(before), _image(after))


def _image(values: Mapping[str, Any] | None) -> Image | None:
    return Image(values["id"], values["version"]) if values else None


def _decoded(event: BinLogEvent) -> BinLogEvent:
    if isinstance(event, ExecuteLoadQueryEvent):
        raise UnreadableLogError(
            "the binary log holds a LOAD DATA statement instead of its rows: binlog_format must be "
            "ROW in every session"
        )
    if isinstance(event, NotImplementedEvent) and event.event_type not in WITHOUT_ROWS:
        raise UnreadableLogError(
            f"the binary log holds an event of type {event.event_type}, which the reader does not "
            "know"
        )
    if isinstance(event, ROWS):
        _ = event.rows  # decodes them, or raises
    return event


def _connecting_twice() -> Callable[..., BinlogConnection]:
    """A way to connect that works for the reader's two connections only.

    When one is lost the library would go on by itself, maybe in the middle of a transaction, with
    numbers of tables that a restarted server has given to others.
    """
    left = iter(range(2))

    def connect(**settings: Any) -> BinlogConnection:  # noqa: ANN401 - passed on
        if next(left, None) is None:
            raise pymysql.OperationalError(2013, "the connection is lost")
        # The library says it in a word that pymysql has since replaced, and warns of.
        return BinlogConnection(database=settings.pop("db", None), **settings)

    return connect
