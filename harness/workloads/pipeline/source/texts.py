"""One text for one value: what a column holds, comparable between databases and change topics.

A column is of a family: numbers, texts, bytes, JSON, days, moments, times of day. Within a family
the same value has the same text, however wide a column is and whoever writes it: numbers have no
exponent and, as moments, no zeros at their end; JSON has its keys in order; bytes are hexadecimal;
moments are in UTC.
"""

import json
from decimal import Decimal, InvalidOperation
from enum import Enum, auto

MICRO = 1_000_000


class Family(Enum):
    """What values of several types of columns have in common."""

    NUMBER = auto()
    TEXT = auto()
    BYTES = auto()
    JSON = auto()
    DAY = auto()
    MOMENT = auto()
    TIME = auto()


BYTES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
FAMILIES = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year"), Family.NUMBER),
    **dict.fromkeys(("decimal", "float", "double", "bit"), Family.NUMBER),
    **dict.fromkeys(("char", "varchar", "enum", "set"), Family.TEXT),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext"), Family.TEXT),
    **dict.fromkeys(BYTES, Family.BYTES),
    "json": Family.JSON,
    "date": Family.DAY,
    **dict.fromkeys(("datetime", "timestamp"), Family.MOMENT),
    "time": Family.TIME,
}
"""By MySQL's type; values of others, such as shapes, are not compared."""
READ_BY = {
    "bit": "{} + 0",
    "float": "CAST({} AS DOUBLE)",
    **dict.fromkeys(BYTES, "HEX({})"),
}
"""How a value is asked for where MySQL's own text of it does not say all, or is none."""


def type_of(declared: str) -> str:
    """`decimal` of a column that was declared `decimal(12,4) unsigned`."""
    return declared.partition("(")[0].partition(" ")[0].lower()


def family_of(declared: str) -> Family | None:
    """The family of a column; None when its values are not compared."""
    return FAMILIES.get(type_of(declared))


def asked_for(column: str, declared: str) -> str:
    """The SQL that answers with the text of a column, in a session in UTC."""
    how = READ_BY.get(type_of(declared), "{}")
    return f"CAST({how.format(f'`{column}`')} AS CHAR)"


def canonical(text: str, family: Family) -> str:
    """The one text of a value; what is no value of its family stays as it is."""
    match family:
        case Family.NUMBER:
            try:
                return _trimmed(f"{Decimal(text):f}")
            except InvalidOperation:
                return text
        case Family.JSON:
            try:
                return json.dumps(json.loads(text), sort_keys=True)
            except ValueError:
                return text
        case Family.MOMENT | Family.TIME:
            return _trimmed(text)
        case _:
            return text


def _trimmed(text: str) -> str:
    """Without the zeros that end a fraction."""
    return text.rstrip("0").rstrip(".") if "." in text else text
