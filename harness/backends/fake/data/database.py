"""A database in memory as a `Source`, or as a copy in `Tables`.

What MySQL's own source and tables say without asking a server is said by those: errors, addresses,
settings of connectors.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from pymysql.err import MySQLError

from harness.backends.fake.data import ddl, filling, texts
from harness.backends.fake.data.connection import Connection
from harness.backends.fake.data.follower import LogFollower
from harness.backends.fake.data.sessions import RowApplier, RowPoller, RowReader, WriterSession
from harness.backends.fake.data.table import Table
from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Made, Outcome, RowMissingError
from harness.model.ports.stack import Stack
from harness.model.rows import Columns, Contents, Rows
from harness.model.value import Settings
from harness.systems.mysql import database, own_tables
from harness.systems.mysql.source import MySqlSource
from harness.systems.mysql.table_schema import Schema
from harness.systems.mysql.tables import MySqlTables

FILLED = "follows from NEW.version"
"""What is told of a column that is filled in memory, where MySQL has an expression."""


class _Database:
    """What a source and a copy have in common.

    Args:
        name: of the database.
        connect: makes a connection of a client to its server.
    """

    errors: tuple[type[Exception], ...] = (MySQLError, OSError)

    def __init__(self, name: str, connect: Callable[[], Connection]) -> None:
        self._name = name
        self._connect = connect

    def drop(self) -> None:
        """Drop the database."""
        with closing(self._connect()) as connection:
            connection.ask()
            connection.server.databases.pop(self._name, None)

    def rows(self, table: str) -> Rows:
        """Key and version of every row now."""
        return texts.versions(self._found(table).committed())

    def reader(self) -> RowReader:
        """A reader's access."""
        return RowReader(self._connect, self._name)

    def columns(self, table: str) -> Columns:
        """Those of a family of values that can be compared."""
        return texts.columns_of(self._found(table))

    def contents(self, table: str, columns: Columns) -> Contents:
        """All rows with the texts of `columns`."""
        return texts.contents_of(self._found(table).committed(), columns)

    def _found(self, table: str) -> Table:
        """A table, once the server has answered."""
        with closing(self._connect()) as connection:
            connection.ask()
            return connection.server.table(self._name, table)

    def _made(self, schemas: Mapping[str, Schema]) -> dict[str, Table]:
        """Create the database and its tables."""
        with closing(self._connect()) as connection:
            connection.ask()
            connection.server.databases[self._name] = {}
            return {
                name: connection.server.create(self._name, schema)
                for name, schema in schemas.items()
            }


class MemorySource(_Database):
    """A `Source`.

    Args:
        stack: where it is, as connectors are told.
        name: of the database.
        connect: as above.
    """

    name = "mysql"
    title = "MySQL"
    truncation_commits = True
    errors = (MySQLError, OSError, RowMissingError)

    def __init__(self, stack: Stack, name: str, connect: Callable[[], Connection]) -> None:
        super().__init__(name, connect)
        self._words = MySqlSource(stack, name)

    def outcome_of(self, error: BaseException, *, committing: bool) -> Outcome:
        """As MySQL's."""
        return self._words.outcome_of(error, committing=committing)

    def name_of(self, error: BaseException) -> str:
        """`mysql:1213`."""
        return self._words.name_of(error)

    def check(self, workload: PipelineWorkload) -> None:
        """The log always holds whole rows."""

    def create(self, tables: Sequence[SourceTable]) -> Made:
        """Create them; they fill their further columns by themselves."""
        schemas = {each.name: ddl.parse(each.ddl or database.ddl_of(each)) for each in tables}
        for schema in schemas.values():
            own_tables.require_key(schema)
        order = tuple(own_tables.in_order(schemas))
        made = self._made(schemas)
        for name, schema in schemas.items():
            made[name].fillers = filling.fillers_of(schema)
        return Made(
            order=order,
            referred=frozenset(own_tables.referred_to(schemas)),
            fillers={name: dict.fromkeys(each.fillers, FILLED) for name, each in made.items()},
        )

    def refused(self, table: str, error: Exception) -> UsageError:
        """In the words of the server."""
        return UsageError(f"table {table} refuses a row of the harness: {error}")

    def session(self) -> WriterSession:
        """A new connection for a writer."""
        return WriterSession(self._connect(), self._name)

    def poller(self, mode: str, delay_ms: int) -> RowPoller:
        """A polling feed's access."""
        by_time = mode != "incrementing"
        return RowPoller(self._connect, self._name, by_time=by_time, delay_ms=delay_ms)

    def replace(self, rows: Mapping[str, Mapping[int, int]]) -> None:
        """Write rows, those of a table in one transaction."""
        with closing(self.session()) as session:
            for table, versions in rows.items():
                for key, version in versions.items():
                    session.upsert(table, key, version)
                session.commit()

    def follow(self, reader: str, tables: Sequence[str]) -> LogFollower:
        """Follow the log from its end now."""
        with closing(self._connect()) as connection:
            connection.ask()
            start = connection.server.log.end
            return LogFollower(self._connect, self._name, tables, reader=reader, start=start)

    def snapshot(self, reader: str, tables: Sequence[str]) -> tuple[dict[str, Rows], LogFollower]:
        """All rows, and where the log stood when they were like that."""
        follower = self.follow(reader, tables)
        with closing(self._connect()) as connection:
            seen = connection.server.seams.snapshot
        return {table: seen(sorted(self.rows(table))) for table in tables}, follower

    def cut_off(self, reader: str) -> None:
        """None: a reader keeps its place itself."""

    @property
    def keeps_log(self) -> bool:
        """It does, for a month: nothing here purges binary logs."""
        return True

    def debezium(self, reader: str, prefix: str, tables: Sequence[str]) -> Settings:
        """As for MySQL itself."""
        return self._words.debezium(reader, prefix, tables)

    def jdbc(self) -> Settings:
        """As for MySQL itself."""
        return self._words.jdbc()

    def wiring(self, caller: str, reader: str = "") -> dict[str, str]:
        """As for MySQL itself."""
        return self._words.wiring(caller, reader)


class MemoryTables(_Database):
    """A copy in tables; arguments as for `MemorySource`."""

    def __init__(self, stack: Stack, name: str, connect: Callable[[], Connection]) -> None:
        super().__init__(name, connect)
        self._words = MySqlTables(stack, name)

    def name_of(self, error: BaseException) -> str:
        """`mysql:1213`."""
        return self._words.name_of(error)

    def create(
        self,
        tables: Iterable[SourceTable],
        *,
        keyed: bool,
        unique: bool,
        plain: Iterable[str],
        fillers: Mapping[str, Mapping[str, str]],
    ) -> None:
        """As `Tables.create`."""
        schemas = {
            each.name: ddl.parse(each.ddl or database.ddl_of(each, keyed=keyed)) for each in tables
        }
        for name in plain:
            schemas[name] = replace(schemas[name], references=())
        if unique:
            for schema in schemas.values():
                own_tables.require_unique_id(schema)
        made = self._made(schemas)
        for name, filled in fillers.items():
            own = filling.fillers_of(schemas[name])
            made[name].fillers = {each: own[each] for each in filled if each in own}

    def applier(self, *, versioned: bool) -> RowApplier:
        """What a Python consumer applies events with."""
        return RowApplier(self._connect, self._name, versioned=versioned)

    def qualified(self, table: str) -> str:
        """As for MySQL itself."""
        return self._words.qualified(table)

    def jdbc_sink(self) -> Settings:
        """As for MySQL itself."""
        return self._words.jdbc_sink()

    def wiring(self, caller: str) -> dict[str, str]:
        """As for MySQL itself."""
        return self._words.wiring(caller)
