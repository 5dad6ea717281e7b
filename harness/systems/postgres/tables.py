"""A copy in tables of a PostgreSQL schema; what a source and a copy of it have in common."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any, cast

import psycopg

from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.databases import SqlConnection
from harness.model.ports.stack import Stack
from harness.model.rows import Cell, Columns, Contents, Rows
from harness.model.rows import Column as Comparable
from harness.model.texts import canonical
from harness.model.value import Settings
from harness.systems.postgres import columns, errors
from harness.systems.postgres.client import ANSWER_LIMIT_S, DATABASE, USER, Connection, connect
from harness.systems.postgres.columns import KINDS, Column
from harness.systems.postgres.dialect import POSTGRES
from harness.systems.postgres.service import NAME
from harness.systems.sql_sessions import RowApplier, RowReader
from harness.systems.stores import TABLES

LONG_S = 30.0
NEEDED = {"id": ("int4", "int8"), "version": ("int8",)}
DDL = '"id" BIGINT NOT NULL PRIMARY KEY, "version" BIGINT NOT NULL'
CHANGED = "changed TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()"
TIMEOUTS = "connectTimeout=5&socketTimeout=10"


class PostgresSchema:
    """What a source's schema and a copy's give alike: see `harness.model.ports`."""

    errors: tuple[type[Exception], ...] = (psycopg.Error, OSError)

    def __init__(self, stack: Stack, name: str) -> None:
        self._stack = stack
        self._name = name

    def name_of(self, error: BaseException) -> str:
        """`postgres:40P01`."""
        return errors.name_of(error)

    def drop(self) -> None:
        """Drop the schema."""
        self._run(f'DROP SCHEMA IF EXISTS "{self._name}" CASCADE')

    def rows(self, table: str) -> Rows:
        """Key and version of every row now."""
        return self._ask(f'SELECT id, version FROM "{table}"')  # noqa: S608 - our names

    def reader(self) -> RowReader:
        """A reader's access."""
        return RowReader(self._connect, POSTGRES)

    def columns(self, table: str) -> Columns:
        """Those of a family that are not computed."""
        found = {}
        for name, column in self._columns(table).items():
            kind = KINDS.get(column.kind)
            if name not in NEEDED and not column.generated and kind and kind.family:
                found[name] = Comparable(column.declared, kind.family)
        return found

    def contents(self, table: str, columns: Columns) -> Contents:
        """All rows with the texts of `columns`, moments in UTC."""
        there = self._columns(table)
        texts = (KINDS[there[name].kind].asked.format(f'"{name}"') for name in columns)
        asked = ", ".join(["id", "version", *texts])
        found = self._ask(f'SELECT {asked} FROM "{table}"')  # noqa: S608 - our names
        return Contents(
            rows=[(key, version) for key, version, *_ in found],
            cells=[
                Cell(key, version, name, None if text is None else canonical(text, column.family))
                for key, version, *texts in found
                for (name, column), text in zip(columns.items(), texts, strict=True)
            ],
        )

    def wiring(self, caller: str) -> dict[str, str]:
        """POSTGRES_HOST, _PORT, _USER, _PASSWORD, _DATABASE, _SCHEMA, and _URL for JDBC."""
        host, port = self._stack.address(NAME, caller)
        return {
            "POSTGRES_HOST": host,
            "POSTGRES_PORT": str(port),
            "POSTGRES_USER": USER,
            "POSTGRES_PASSWORD": self._stack.password(caller),
            "POSTGRES_DATABASE": DATABASE,
            "POSTGRES_SCHEMA": self._name,
            "POSTGRES_URL": f"jdbc:postgresql://{host}:{port}/{DATABASE}?currentSchema={self._name}",
        }

    def _make(self, tables: Iterable[SourceTable], *, keyed: bool) -> dict[str, dict[str, Column]]:
        """Make the schema and its tables; what each is made of.

        Raises:
            UsageError: a DDL is refused, or lacks `id` or `version`.
        """
        self._run(f'CREATE SCHEMA "{self._name}"')
        made = {}
        for table in tables:
            try:
                self._run(table.ddl or _ddl(table, keyed=keyed))
            except psycopg.Error as error:
                raise UsageError(f"the DDL of table {table.name} is refused: {error}") from error
            made[table.name] = self._columns(table.name)
            for name, kinds in NEEDED.items():
                if name not in made[table.name] or made[table.name][name].kind not in kinds:
                    wanted = " or ".join(kinds)
                    raise refused(table.name, f"column {name} must be {wanted}")
        return made

    def _fill(self, table: str, fillers: Mapping[str, str]) -> None:
        """Let the server fill columns of a table whenever a row is written."""
        if not fillers:
            return
        wanted = " ".join(f'NEW."{name}" := {how};' for name, how in fillers.items())
        self._run(
            f'CREATE FUNCTION "{table}_fill"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$fill$ BEGIN {wanted} RETURN NEW; END $fill$",
            f'CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{table}_fill"()',
        )

    def _columns(self, table: str) -> dict[str, Column]:
        with closing(self._connected(LONG_S)) as connection:
            return columns.columns_of(connection, self._name, table)

    def _key(self, table: str) -> list[str]:
        with closing(self._connected(LONG_S)) as connection:
            return columns.primary_key(connection, self._name, table)

    def _connect(self) -> SqlConnection:
        """Where each statement is a transaction of its own."""
        return cast("SqlConnection", self._connected(ANSWER_LIMIT_S))

    def _connect_for_transactions(self) -> SqlConnection:
        return cast("SqlConnection", self._connected(ANSWER_LIMIT_S, autocommit=False))

    def _connected(self, answer_limit_s: float, *, autocommit: bool = True) -> Connection:
        return connect(
            self._stack.address(NAME),
            self._stack.password(),
            schema=self._name,
            autocommit=autocommit,
            answer_limit_s=answer_limit_s,
        )

    def _run(self, *statements: str) -> None:
        """Run statements, each a transaction of its own, on the disk whatever others set."""
        with closing(self._connected(LONG_S)) as connection:
            connection.execute("SET synchronous_commit = on")
            for statement in statements:
                connection.execute(statement)

    def _ask(self, question: str) -> Sequence[tuple[Any, ...]]:
        with closing(self._connected(LONG_S)) as connection:
            return connection.execute(question).fetchall()


class PostgresTables(PostgresSchema):
    """A copy in tables."""

    def create(
        self,
        tables: Iterable[SourceTable],
        *,
        keyed: bool,
        unique: bool,
        plain: Iterable[str],  # noqa: ARG002 - tables of the harness's own are
        fillers: Mapping[str, Mapping[str, str]],
    ) -> None:
        """As `Tables.create`."""
        for table, made in self._make(tables, keyed=keyed).items():
            if unique and self._key(table) != ["id"]:
                raise refused(table, "rows are written by `id`, which is not its primary key")
            there = {name: how for name, how in fillers.get(table, {}).items() if name in made}
            self._fill(table, there)

    def applier(self, *, versioned: bool) -> RowApplier:
        """What a Python consumer applies events with."""
        return RowApplier(self._connect_for_transactions, POSTGRES, versioned=versioned)

    def qualified(self, table: str) -> str:
        """With the schema: the sink looks for a bare name in all of them and takes the first."""
        return f"{self._name}.{table}"

    def jdbc_sink(self) -> Settings:
        """Without `reWriteBatchedInserts`, which would be faster.

        It makes one statement of a batch, and the server refuses one that upserts a row twice.
        """
        return {
            "connection.url": f"{self.wiring('connect')['POSTGRES_URL']}&{TIMEOUTS}",
            "connection.username": USER,
            "connection.password": self._stack.password("connect"),
        }


def refused(table: str, why: str) -> UsageError:
    """What to say of a table whose rows the harness would not know."""
    return UsageError(
        f"the DDL of table {table}: {why}; the harness knows rows by their key and changes by "
        f'their version: CREATE TABLE "{table}" ({DDL}, ...)'
    )


def _ddl(table: SourceTable, *, keyed: bool) -> str:
    key = DDL if keyed else DDL.replace(" PRIMARY KEY", "")
    written = [f'"{name}" {kind}' for name, kind in table.columns.items()]
    return f'CREATE TABLE "{table.name}" ({", ".join([key, *written, CHANGED])})'


TABLES.add(NAME, PostgresTables)
