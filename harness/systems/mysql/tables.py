"""A copy in tables of a MySQL database; what a source and a copy of it have in common."""

from collections.abc import Iterable, Mapping
from contextlib import closing

import pymysql

from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.databases import MySql, SqlConnection
from harness.model.ports.stack import Stack
from harness.model.rows import Cell, Column, Columns, Contents, Rows
from harness.model.texts import canonical
from harness.model.value import Settings
from harness.systems.mysql import database, errors, own_tables
from harness.systems.mysql.client import USER
from harness.systems.mysql.dialect import MYSQL
from harness.systems.mysql.texts import asked_for, family_of
from harness.systems.sql_sessions import RowApplier, RowReader
from harness.systems.stores import TABLES

TIMEOUTS = "connectTimeout=5000&socketTimeout=10000"
BATCHED = "rewriteBatchedStatements=true"


class MySqlDatabase:
    """What a source's database and a copy's give alike: see `harness.model.ports`."""

    errors: tuple[type[Exception], ...] = (pymysql.Error, OSError)

    def __init__(self, stack: Stack, name: str) -> None:
        self._stack = stack
        self._name = name

    @property
    def _mysql(self) -> MySql:
        return self._stack.mysql

    def name_of(self, error: BaseException) -> str:
        """`mysql:1213`."""
        return errors.name_of(error)

    def drop(self) -> None:
        """Drop the database."""
        database.drop(self._mysql, [self._name])

    def rows(self, table: str) -> Rows:
        """Key and version of every row now."""
        return database.rows(self._mysql, self._name, table)

    def reader(self) -> RowReader:
        """A reader's access."""
        return RowReader(self._connect, MYSQL)

    def columns(self, table: str) -> Columns:
        """Those of a family that are not computed."""
        return {
            name: Column(declared, family)
            for name, declared in own_tables.columns(self._mysql, self._name, table)
            if name not in own_tables.NEEDED and (family := family_of(declared)) is not None
        }

    def contents(self, table: str, columns: Columns) -> Contents:
        """All rows with the texts of `columns`, moments in UTC."""
        wanted = (asked_for(name, column.declared) for name, column in columns.items())
        asked = ", ".join(["id", "version", *wanted])
        with closing(self._mysql.connection(autocommit=True, answer_limit_s=30.0)) as connection:
            cursor = connection.cursor()
            cursor.execute("SET time_zone = '+00:00'")
            cursor.execute(f"SELECT {asked} FROM `{self._name}`.`{table}`")  # noqa: S608 - our names
            found = cursor.fetchall()
        return Contents(
            rows=[(key, version) for key, version, *_ in found],
            cells=[
                Cell(key, version, name, None if text is None else canonical(text, column.family))
                for key, version, *texts in found
                for (name, column), text in zip(columns.items(), texts, strict=True)
            ],
        )

    def wiring(self, caller: str) -> dict[str, str]:
        """MYSQL_HOST, _PORT, _USER, _PASSWORD, _DATABASE, and _URL for JDBC."""
        host, port = self._stack.address("mysql", caller)
        return {
            "MYSQL_HOST": host,
            "MYSQL_PORT": str(port),
            "MYSQL_USER": USER,
            "MYSQL_PASSWORD": self._stack.password(caller),
            "MYSQL_DATABASE": self._name,
            "MYSQL_URL": f"jdbc:mysql://{host}:{port}/{self._name}",
        }

    def _connect(self) -> SqlConnection:
        """Where each statement is a transaction of its own."""
        return self._mysql.connection(database=self._name, autocommit=True)

    def _connect_for_transactions(self) -> SqlConnection:
        return self._mysql.connection(database=self._name)

    def _jdbc_url(self) -> str:
        """Where Connect's workers reach the database, through their own link."""
        url = self.wiring("connect")["MYSQL_URL"]
        return f"{url}?{TIMEOUTS}&nullDatabaseMeansCurrent=true"


class MySqlTables(MySqlDatabase):
    """A copy in tables."""

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
        mysql, name = self._mysql, self._name
        made = database.create(mysql, name, tables, keyed=keyed)
        for table in plain:
            own_tables.made_plain(mysql, name, made[table])
        for table, schema in made.items():
            if unique:
                own_tables.require_unique_id(schema)
            if table in fillers:
                there = {column for column, _ in own_tables.columns(mysql, name, table)}
                filled = {each: how for each, how in fillers[table].items() if each in there}
                database.fill(mysql, name, {table: filled})

    def applier(self, *, versioned: bool) -> RowApplier:
        """What a Python consumer applies events with."""
        return RowApplier(self._connect_for_transactions, MYSQL, versioned=versioned)

    def qualified(self, table: str) -> str:
        """The bare name: a connection looks into its own database."""
        return table

    def jdbc_sink(self) -> Settings:
        """Without BATCHED a batch is one round trip for each row, which halves a sink's rate."""
        return {
            "connection.url": f"{self._jdbc_url()}&{BATCHED}",
            "connection.username": USER,
            "connection.password": self._stack.password("connect"),
        }


TABLES.add("mysql", MySqlTables)
