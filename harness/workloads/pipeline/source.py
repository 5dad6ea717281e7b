"""The source database of a run: its tables, and what the harness itself asks of them."""

from collections.abc import Iterable, Sequence
from contextlib import closing

from harness.model.pipeline import SourceTable
from harness.model.ports import MySql
from harness.workloads.pipeline import own_tables

MARK_KEYS = 1 << 40
"""Rows with keys from here on are end marks."""
OLD_KEYS = 1 << 39
"""Rows with keys from here on were there before any feed looked."""
FIRST_KEYS = OLD_KEYS - 1_000
"""Rows with keys from here to those show that someone's own programs are at work."""
PLAIN_COLUMNS = {"id": "BIGINT NOT NULL PRIMARY KEY", "version": "BIGINT NOT NULL"}
CHANGED = (
    "changed TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"
)


def create(
    mysql: MySql, database: str, tables: Iterable[SourceTable], *, keyed: bool = True
) -> None:
    """Create a database with these tables; every one has `id`, `version` and `changed`.

    The source and the copies of it are made alike, but for a primary key that a copy may lack.
    One's own DDL is taken as it is.

    Raises:
        UsageError: one's own DDL is refused, or lacks `id` or `version`.
    """
    run(mysql, [f"CREATE DATABASE `{database}`"])
    for table in tables:
        if table.ddl is not None:
            own_tables.create(mysql, database, table.name, table.ddl)
            continue
        columns = {**PLAIN_COLUMNS, **table.columns}
        if not keyed:
            columns["id"] = columns["id"].removesuffix(" PRIMARY KEY")
        written = [f"`{name}` {kind}" for name, kind in columns.items()]
        run(mysql, [f"CREATE TABLE `{database}`.`{table.name}` ({', '.join([*written, CHANGED])})"])


def fill(mysql: MySql, database: str, tables: Iterable[SourceTable]) -> None:
    """Let the source fill all further columns of its tables, at every write."""
    for table in tables:
        run(mysql, own_tables.triggers(mysql, database, table.name))


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
