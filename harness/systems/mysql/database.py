"""A database of MySQL: its tables, made and filled, and what the harness itself asks of them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.databases import MySql
from harness.systems.mysql import own_tables
from harness.systems.mysql.table_schema import Schema

PLAIN_COLUMNS = {"id": "BIGINT NOT NULL PRIMARY KEY", "version": "BIGINT NOT NULL"}
CHANGED = (
    "changed TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"
)


def create(
    mysql: MySql, database: str, tables: Iterable[SourceTable], *, keyed: bool = True
) -> dict[str, Schema]:
    """Create a database with these tables; every one has `id`, `version` and `changed`.

    The source and the copies of it are made alike, but for a primary key that a copy may lack.
    One's own DDL is taken as it is.

    Returns:
        What each table is made of.

    Raises:
        UsageError: a DDL is refused, or lacks `id` or `version`.
    """
    run(mysql, [f"CREATE DATABASE `{database}`"])
    return {
        table.name: own_tables.create(
            mysql, database, table.name, table.ddl or ddl_of(table, keyed=keyed)
        )
        for table in tables
    }


def ddl_of(table: SourceTable, *, keyed: bool = True) -> str:
    """The statement for a table that has none of its own."""
    columns = {**PLAIN_COLUMNS, **table.columns}
    if not keyed:
        columns["id"] = columns["id"].removesuffix(" PRIMARY KEY")
    written = [f"`{name}` {kind}" for name, kind in columns.items()]
    return f"CREATE TABLE `{table.name}` ({', '.join([*written, CHANGED])})"


def fill(mysql: MySql, database: str, fillers: Mapping[str, Mapping[str, str]]) -> None:
    """Let a database fill columns of its tables at every write: by table and column, with what."""
    for table, filled in fillers.items():
        run(mysql, own_tables.triggers(database, table, filled))


def drop(mysql: MySql, databases: Iterable[str]) -> None:
    """Drop databases; one that is not there is no error."""
    run(mysql, [f"DROP DATABASE IF EXISTS `{database}`" for database in databases])


def run(mysql: MySql, statements: Iterable[str]) -> None:
    """Run statements, each a transaction of its own."""
    with closing(mysql.connection(autocommit=True, answer_limit_s=30.0)) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)


def replace(database: str, table: str, rows: Iterable[tuple[int, int]]) -> str:
    """The statement that writes rows of key and version, all in one transaction."""
    values = ", ".join(f"({key}, {version})" for key, version in rows)
    return f"REPLACE INTO `{database}`.`{table}` (id, version) VALUES {values}"  # noqa: S608


def rows(mysql: MySql, database: str, table: str) -> Sequence[tuple[int, int]]:
    """Key and version of every row now."""
    with closing(mysql.connection(autocommit=True, answer_limit_s=30.0)) as connection:
        cursor = connection.cursor()
        cursor.execute(f"SELECT id, version FROM `{database}`.`{table}`")  # noqa: S608 - our names
        return tuple(cursor.fetchall())


def position(mysql: MySql) -> tuple[str, int]:
    """File and offset at which the binary log ends now."""
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW BINARY LOG STATUS")
        file, offset, *_ = cursor.fetchone()
        return str(file), int(offset)
