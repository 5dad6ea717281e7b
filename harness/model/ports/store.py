"""A store: what keeps a copy, as the tables of a database or the entries of a cache.

A folder of `harness.systems` registers one for a name in `harness.systems.stores`; a stack makes it
for a namespace of its own: a database or schema, or what all keys begin with. Every method but
`close` raises one of `errors` when the system cannot be reached or does not do it, and connects
anew the next time.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from harness.model.pipeline.traffic import SourceTable
from harness.model.rows import Columns, Contents, Rows
from harness.model.value import Settings


class Reader(Protocol):
    """One reader's access: each look is a transaction of its own and sees what is there now."""

    def version(self, table: str, key: int) -> int:
        """The version of a row, or NOTHING."""

    def between(self, table: str, first: int, last: int) -> Rows:
        """The rows with keys from `first` to `last`; caches need not know it."""

    def close(self) -> None:
        """Hang up."""


class Applier(Protocol):
    """Makes changes true in a copy, in the order in which they are given.

    One that is made `versioned` never replaces a row by an older version.
    """

    def put(self, table: str, key: int, version: int) -> None:
        """A row has this version."""

    def remove(self, table: str, key: int, before: int) -> None:
        """A row is gone that had the version `before`; NOTHING where nobody knows it."""

    def commit(self) -> None:
        """Keep all since the last commit together, where the system has transactions."""

    def close(self) -> None:
        """Hang up; what is not committed is not kept."""


class Store(Protocol):
    """What every copy needs."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its clients raise: what was asked for may have happened or not."""

    def name_of(self, error: BaseException) -> str:
        """What a history calls an error: `redis:READONLY`."""

    def rows(self, table: str) -> Rows:
        """Key and version of every row that it shows now."""

    def reader(self) -> Reader:
        """A reader's access."""

    def wiring(self, caller: str) -> Mapping[str, str]:
        """Where it is, for someone's own programs and connectors: `MYSQL_HOST` and so on.

        Args:
            caller: `client` for programs on this host, `connect` for connectors.
        """

    def drop(self) -> None:
        """Delete the whole namespace; one that is not there is no error."""


class Tables(Store, Protocol):
    """A store that is tables of one database or schema, made like those of a source."""

    def create(
        self,
        tables: Iterable[SourceTable],
        *,
        keyed: bool,
        unique: bool,
        plain: Iterable[str],
        fillers: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Create the namespace and its tables.

        Args:
            tables: one's own DDL is taken as it is; others have `id`, `version` and `changed`.
            keyed: `id` is the primary key.
            unique: rows are written by `id`, so it must be a key.
            plain: tables to make without foreign keys and computed columns: changes of several
                tables come in no common order, and events hold what was computed.
            fillers: by table and column, the expressions that fill columns which events lack.

        Raises:
            UsageError: a DDL is refused or lacks what the harness needs.
        """

    def columns(self, table: str) -> Columns:
        """The columns of a table that can be compared."""

    def contents(self, table: str, columns: Columns) -> Contents:
        """All rows with the texts of `columns`, as they are at one moment.

        One value has one text, whatever system keeps it: see `harness.model.texts`.
        """

    def applier(self, *, versioned: bool) -> Applier:
        """What a Python consumer applies events with, several in one transaction."""

    def qualified(self, table: str) -> str:
        """The name by which a JDBC sink finds a table here, and in no other namespace."""

    def jdbc_sink(self) -> Settings:
        """`connection.*` of Debezium's JDBC sink, as Connect's workers reach it."""


class Entries(Applier, Reader, Protocol):
    """One user's access to a cache.

    With `versioned` entries have an order: a version comes before its own removal, and right before
    it comes its announcement. Nothing earlier replaces what is there.
    """

    def announce(self, table: str, key: int, version: int) -> None:
        """Show nothing until `version`, or a later one, is put."""

    def evict(self, table: str, key: int) -> None:
        """Show nothing, whatever may be put next."""

    @property
    def is_lost(self) -> bool:
        """Whether the cache was emptied since it was begun, or never was begun."""

    def begin(self) -> None:
        """Fill the cache from now on: it shows nothing until `end`."""

    def end(self) -> None:
        """The cache is filled, unless it was emptied meanwhile."""


class Cache(Store, Protocol):
    """A store that is entries below one prefix, which may vanish."""

    def entries(
        self, *, versioned: bool, ttl_s: float = 0.0, marks: bool = True, rebuilt: bool = False
    ) -> Entries:
        """Access for one user.

        Args:
            versioned: compare and set by order, atomically; otherwise whoever comes last wins.
            ttl_s: how long an entry, or a mark, lives; 0 is for ever.
            marks: a removal leaves a mark, so that what comes late cannot undo it.
            rebuilt: the cache says whether it is filled, and shows nothing while it is not.
        """
