"""Tables as someone's own DDL makes them, and columns that fill themselves."""

from collections.abc import Iterator
from contextlib import closing

import pymysql

from harness.kit.errors import UsageError
from harness.model.ports import MySql

NEEDED = ("id", "version")
OURS = (*NEEDED, "changed")
_TEXT = "CONCAT('v', NEW.version)"
FILLERS = {
    **dict.fromkeys(("tinyint", "bool", "bit"), "NEW.version % 2"),
    **dict.fromkeys(("smallint", "mediumint", "int", "bigint", "year"), "1990 + NEW.version % 100"),
    **dict.fromkeys(("decimal", "float", "double"), "(NEW.version % 10000) / 100"),
    **dict.fromkeys(("char", "varchar", "binary", "varbinary"), _TEXT),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext"), _TEXT),
    **dict.fromkeys(("tinyblob", "blob", "mediumblob", "longblob"), _TEXT),
    "json": "JSON_OBJECT('version', NEW.version)",
    "date": "DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 DAY)",
    "datetime": "DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 HOUR)",
    "timestamp": "DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 HOUR)",
    "time": "SEC_TO_TIME(NEW.version % 86400)",
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
    found = dict(_columns(mysql, database, table))
    missing = [name for name in NEEDED if found.get(name) != "bigint"]
    if missing:
        what = f"has no BIGINT column {' and '.join(missing)}" if found else "makes no such table"
        raise UsageError(
            f"the DDL of table {table} {what}; it needs `id BIGINT NOT NULL PRIMARY KEY` and "
            "`version BIGINT NOT NULL`, by which every change is recognised everywhere"
        )


def triggers(mysql: MySql, database: str, table: str) -> Iterator[str]:
    """Statements that make MySQL fill all further columns of a table whenever a row is written."""
    wanted = [
        f"NEW.`{name}` = {FILLERS[kind]}"
        for name, kind in _columns(mysql, database, table)
        if name not in OURS and kind in FILLERS
    ]
    for moment in ("INSERT", "UPDATE") if wanted else ():
        yield (
            f"CREATE TRIGGER `{database}`.`{table}_{moment.lower()}` BEFORE {moment} "
            f"ON `{database}`.`{table}` FOR EACH ROW SET {', '.join(wanted)}"
        )


def _columns(mysql: MySql, database: str, table: str) -> Iterator[tuple[str, str]]:
    """Names and types of the columns that are not computed, in order."""
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE "
            "table_schema = %s AND table_name = %s AND extra NOT LIKE '%%GENERATED' "
            "ORDER BY ordinal_position",
            (database, table),
        )
        for name, kind in cursor.fetchall():
            yield str(name), str(kind).lower()
