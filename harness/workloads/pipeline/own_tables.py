"""Tables as someone's own DDL makes them, and columns that fill themselves."""

from collections.abc import Iterator
from contextlib import closing

import pymysql

from harness.kit.errors import UsageError
from harness.model.ports import MySql
from harness.workloads.pipeline.texts import type_of

NEEDED = ("id", "version")
OURS = (*NEEDED, "changed")
_TEXT = "CONCAT('v', NEW.version)"
_MOMENT = "DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 * 3600123457 MICROSECOND)"
"""An hour and some microseconds further with each version, so that a lost digit shows."""
FILLERS = {
    **dict.fromkeys(("tinyint", "bool", "bit"), "NEW.version % 2"),
    **dict.fromkeys(("smallint", "mediumint", "int", "bigint", "year"), "1990 + NEW.version % 100"),
    **dict.fromkeys(("decimal", "float", "double"), "(NEW.version % 990000) / 10000"),
    **dict.fromkeys(("char", "varchar", "binary", "varbinary"), _TEXT),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext"), _TEXT),
    **dict.fromkeys(("tinyblob", "blob", "mediumblob", "longblob"), _TEXT),
    "json": "JSON_OBJECT('version', NEW.version)",
    "date": "DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 DAY)",
    **dict.fromkeys(("datetime", "timestamp"), _MOMENT),
    "time": "SEC_TO_TIME(NEW.version % 86399 + NEW.version % 1000 * 0.001457)",
    "enum": "1",
}
"""By type of column: a value that follows from the version, so that each version looks different.
Others keep their defaults."""


def create(mysql: MySql, database: str, table: str, ddl: str) -> None:
    """Create a table by someone's own statement.

    Raises:
        UsageError: MySQL refuses it, it makes no table of that name, or not the columns we need.
    """
    with closing(mysql.connection(database=database, autocommit=True)) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute(ddl)
        except pymysql.Error as error:
            raise UsageError(f"the DDL of table {table} is refused: {error.args[-1]}") from error
    found = dict(columns(mysql, database, table))
    missing = [name for name in NEEDED if type_of(found.get(name, "")) != "bigint"]
    if missing:
        what = f"has no BIGINT column {' and '.join(missing)}" if found else "makes no such table"
        raise UsageError(
            f"the DDL of table {table} {what}; it needs `id BIGINT NOT NULL PRIMARY KEY` and "
            "`version BIGINT NOT NULL`, by which every change is recognised everywhere"
        )


def triggers(mysql: MySql, database: str, table: str) -> Iterator[str]:
    """Statements that make MySQL fill all further columns of a table whenever a row is written."""
    wanted = [
        f"NEW.`{name}` = {FILLERS[type_of(declared)]}"
        for name, declared in columns(mysql, database, table)
        if name not in OURS and type_of(declared) in FILLERS
    ]
    for moment in ("INSERT", "UPDATE") if wanted else ():
        yield (
            f"CREATE TRIGGER `{database}`.`{table}_{moment.lower()}` BEFORE {moment} "
            f"ON `{database}`.`{table}` FOR EACH ROW SET {', '.join(wanted)}"
        )


def columns(mysql: MySql, database: str, table: str) -> Iterator[tuple[str, str]]:
    """Names of the columns that are not computed, in order, and how they are declared."""
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT column_name, column_type FROM information_schema.columns WHERE "
            "table_schema = %s AND table_name = %s AND extra NOT LIKE '%% GENERATED' "
            "ORDER BY ordinal_position",
            (database, table),
        )
        for name, declared in cursor.fetchall():
            yield str(name), str(declared)
