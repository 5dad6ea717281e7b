"""A source: the database that a pipeline begins at.

A folder of `harness.systems` registers one for a name in `harness.systems.stores`; a stack makes it
for a namespace of its own (a database or schema, which topics of connectors are named after).
Every method but `close` raises one of `errors` when the server cannot be reached or refuses.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from harness.kit.errors import HarnessError, UsageError
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.store import Reader
from harness.model.rows import Columns, Committed, Contents, Position, Rows
from harness.model.value import Settings

Outcome: TypeAlias = Literal["fail", "info"]
Place: TypeAlias = tuple[object, int]
"""Time (the server's own) and key of the last row that a poll saw."""


class RowMissingError(Exception):
    """Someone else, or a foreign key, has removed a row that nobody else should have touched."""


class UnreadableLogError(HarnessError):
    """The log holds something that its reader does not understand, or ends in a transaction."""


@dataclass(frozen=True, slots=True)
class Made:
    """Tables of a source that are there."""

    order: tuple[str, ...]
    """Their names, each behind those that its foreign keys refer to."""
    referred: frozenset[str]
    """Those that foreign keys of others refer to."""
    fillers: Mapping[str, Mapping[str, str]]
    """By table and column, the expression that the database itself fills it with at every write."""


class Session(Protocol):
    """A writer's connection: all that it does since the last end is one open transaction.

    Raises:
        RowMissingError: a row that was to be changed is not there.
    """

    def insert(self, table: str, key: int, version: int) -> None: ...
    def update(self, table: str, key: int, version: int) -> None: ...
    def upsert(self, table: str, key: int, version: int) -> None: ...
    def delete(self, table: str, key: int) -> None: ...

    def move(self, table: str, key: int, new: int, version: int) -> None:
        """Give a row another key and a new version, in one statement."""

    def update_many(self, table: str, versions: Mapping[int, int]) -> None:
        """Give rows, by key, new versions, in one statement."""

    def truncate(self, table: str) -> None:
        """End all rows of a table; commits at once where `Source.truncation_commits`."""

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`."""

    def commit(self) -> None: ...
    def rollback(self) -> None: ...

    def close(self) -> None:
        """Hang up; what is open is rolled back."""


class Poller(Protocol):
    """A connection that asks for rows that look new, as polling feeds do."""

    def newer(self, table: str, since: Place | None, *, limit: int) -> Sequence[tuple[Place, int]]:
        """Place and version of the next rows behind `since`; None: from the beginning."""

    def close(self) -> None:
        """Hang up."""


class Follower(Protocol):
    """Reads what is committed from where it was made on, in order of commit.

    `read` begins behind what was last confirmed, each time over a connection of its own: so what
    was read and could not be used is read again.
    """

    @property
    def position(self) -> Position:
        """Behind the last transaction that was handed out."""

    def read(self, *, answer_limit_s: float = 5.0) -> Generator[Committed]:
        """Every transaction up to the end of the log as it is now, or at least as it was.

        Raises:
            UnreadableLogError: an event is not understood, or the log ends within a transaction.
        """

    def confirm(self) -> None:
        """Never hand out again what was handed out so far."""

    def close(self) -> None:
        """Leave nothing behind on the server; raises one of `errors` when it cannot be asked."""


class Source(Protocol):
    """The source database of one run."""

    @property
    def name(self) -> str:
        """By which it is registered: the place that it is, and the first word of its errors."""

    @property
    def title(self) -> str:
        """Its name in sentences: `MySQL`."""

    @property
    def truncation_commits(self) -> bool:
        """Whether TRUNCATE ends the transaction that it is in."""

    # Errors

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its clients raise, RowMissingError among them."""

    def outcome_of(self, error: BaseException, *, committing: bool) -> Outcome:
        """`fail` when the transaction certainly did not happen, else `info`."""

    def name_of(self, error: BaseException) -> str:
        """What a history calls an error: `mysql:1213`."""

    # Tables

    def check(self, workload: PipelineWorkload) -> None:
        """Refuse what the server, as it says it is set, could not do for this workload.

        Raises:
            UsageError: it would not log every change, or a feed could not follow it.
        """

    def create(self, tables: Sequence[SourceTable]) -> Made:
        """Create the namespace and the tables, and let the database fill their further columns.

        Raises:
            UsageError: a DDL is refused or lacks what the harness needs, or a column cannot be
                filled.
        """

    def refused(self, table: str, error: Exception) -> UsageError:
        """What to say of an error that a row of the harness met which was only tried."""

    def drop(self) -> None:
        """Delete the namespace; one that is not there is no error."""

    # Rows

    def session(self) -> Session:
        """A new connection for a writer."""

    def reader(self) -> Reader:
        """A reader's access."""

    def poller(self, mode: str, delay_ms: int) -> Poller:
        """A polling feed's access.

        Args:
            mode: `incrementing` by key, or `timestamp+incrementing` by `changed` and key.
            delay_ms: leave rows alone that are younger.
        """

    def rows(self, table: str) -> Rows:
        """Key and version of every row now."""

    def replace(self, rows: Mapping[str, Mapping[int, int]]) -> None:
        """Write rows, table → key → version; those of a table in one transaction."""

    def columns(self, table: str) -> Columns:
        """As `Tables.columns`."""

    def contents(self, table: str, columns: Columns) -> Contents:
        """As `Tables.contents`."""

    # The log

    def follow(self, reader: str, tables: Sequence[str]) -> Follower:
        """Follow the log from its end now, for tables that need not be there yet.

        Args:
            reader: a name that no other reader of the server has.
            tables: others are passed over.
        """

    def snapshot(self, reader: str, tables: Sequence[str]) -> tuple[Mapping[str, Rows], Follower]:
        """The rows of tables as they are at one moment, and what follows the log from there."""

    def cut_off(self, reader: str) -> str | None:
        """Why its server will never hand a reader what that has yet to read; None: it will.

        Args:
            reader: as in `debezium`.
        """

    @property
    def keeps_log(self) -> bool:
        """Whether the server keeps its log until a follower has confirmed it, however much it is.

        Else a follower has to take over again and again what is committed.
        """

    # Connectors

    def debezium(self, reader: str, prefix: str, tables: Sequence[str]) -> Settings:
        """What Debezium's connector for it is told: its class, where the server is, which tables.

        Args:
            reader: as in `follow`.
            prefix: `topic.prefix`.
            tables: without the namespace.
        """

    def jdbc(self) -> Settings:
        """`connection.*` of a polling JDBC source, as Connect's workers reach it."""

    def wiring(self, caller: str, reader: str) -> Mapping[str, str]:
        """As `Store.wiring`, with what whoever reads the log must call itself."""
