"""Fillers that hold to CHECK constraints: where the usual ones do not, values that they name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import pymysql

from harness.kit.errors import UsageError
from harness.model.ports.databases import Cursor, MySql
from harness.systems.mysql.fillers import PICK
from harness.systems.mysql.table_schema import Schema

Fillers = Mapping[str, str]
SAMPLES = [(16 + n, (n % 7 << 40) + n * n * 37) for n in range(48)]
"""Keys and versions such as writers, and marks, have."""
_NAME = re.compile(r"`([^`]+)`")
_VALUE = re.compile(r"'(?:[^'\\]|''|\\.)*'|(?<![\w`.])-?\d+(?:\.\d+)?(?![\w`])")


def fitting(mysql: MySql, schema: Schema, fillers: Fillers, fixed: Sequence[str]) -> dict[str, str]:
    """`fillers` with those replaced that a CHECK refuses.

    Args:
        mysql: asked what a condition says of values.
        schema: of the table.
        fillers: by column, of all columns that are filled.
        fixed: columns that must stay as they are filled.

    Raises:
        UsageError: no values were found that a CHECK takes.
    """
    found = dict(fillers)
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        for check in schema.checks:
            if _holds(cursor, schema, found, check) is not False:
                continue
            for name in dict.fromkeys(_NAME.findall(check)):
                if name in found and name not in fixed:
                    taken = [
                        value
                        for value in _values(check)
                        if _holds(cursor, schema, {**found, name: value}, check)
                    ]
                    if taken:
                        found[name] = f"ELT(1 + {PICK} % {len(taken)}, {', '.join(taken)})"
                        break
            else:
                names = " or ".join(dict.fromkeys(_NAME.findall(check)))
                raise UsageError(
                    f"the CHECK {check} of table {schema.name} takes none of the values that the "
                    f"harness would fill {names} with; give an expression of NEW.version: "
                    f'SourceTable(fills={{"{names.split(" or ")[0]}": "..."}})'
                )
    return found


def _values(check: str) -> Iterator[str]:
    """Values that a check names, and the whole numbers beside them."""
    for text in dict.fromkeys(_VALUE.findall(check)):
        if text.startswith("'"):
            yield text
            continue
        number = float(text)
        beside = (number - 1, number, number + 1)
        yield from dict.fromkeys([text, *(f"{each:g}" for each in beside)])


def _holds(cursor: Cursor, schema: Schema, fillers: Fillers, check: str) -> bool | None:
    """Whether rows of all samples pass; None when that cannot be asked without the table."""
    rows = " UNION ALL SELECT ".join(
        f"{key} AS id, {version} AS version" for key, version in SAMPLES
    )
    columns = {
        name: fillers.get(name, "NULL" if column.default is None else _literal(column.default))
        for name, column in schema.columns.items()
        if name not in {"id", "version"} and not column.generated
    }
    filled = "".join(f", {expression} AS `{name}`" for name, expression in columns.items())
    try:
        cursor.execute(
            f"SELECT MIN(COALESCE({check}, 1)) FROM (SELECT id, version{filled} "  # noqa: S608
            f"FROM (SELECT {rows}) AS NEW) AS filled"
        )
        ((lowest,),) = cursor.fetchall()
    except pymysql.Error:
        return None
    return bool(lowest)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
