"""The families of MySQL's types, and how their values are asked for."""

from harness.model.texts import Family

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
