"""What a column is filled with: an SQL expression of `NEW.version`, which follows its type.

Each version of a row looks different, as far as the type allows, so that a lost or an old value
shows; and no value is 0, which looks like nothing. A column that must be unique is filled from the
row's key as well, which no two rows share; keys are below 2 ** 31.
"""

import re
from collections.abc import Callable

from harness.model.rows import ROWS_REFERRED_TO
from harness.systems.mysql.table_schema import Column

LONG_ENOUGH = 20
"""Characters that hold every version in decimal digits, with a letter before them."""
KEY_DIGITS, KEY_DECIMALS, KEY_BITS = 6, 10, 31
"""Digits of a key at base 36, and at base 10, and its bits."""
BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32}
TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext")
BYTES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
PICK = "(NEW.version DIV 2)"
"""Takes turns, whatever there is to pick of: versions of one row are two or more apart, since a
transaction takes a number of its own and one for each of its rows."""
_MOMENT = "DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 * 3600123457 MICROSECOND)"
"""An hour and some microseconds further with each version, so that a lost digit shows."""
_X, _Y = "NEW.version % 90", "NEW.version % 180"
_PLACE = f"CONCAT({_X}, ' ', {_Y})"
_LINE = f"CONCAT('(1 1, ', {_PLACE}, ')')"
_RING = f"CONCAT('((0 0, 0 ', 1 + {_X}, ', 1 1, 0 0))')"
SHAPES = {
    "point": f"CONCAT('POINT(', {_PLACE}, ')')",
    "geometry": f"CONCAT('POINT(', {_PLACE}, ')')",
    "linestring": f"CONCAT('LINESTRING', {_LINE})",
    "polygon": f"CONCAT('POLYGON', {_RING})",
    "multipoint": f"CONCAT('MULTIPOINT', {_LINE})",
    "multilinestring": f"CONCAT('MULTILINESTRING(', {_LINE}, ')')",
    "multipolygon": f"CONCAT('MULTIPOLYGON(', {_RING}, ')')",
    "geomcollection": f"CONCAT('GEOMETRYCOLLECTION(POINT(', {_PLACE}, '))')",
}
"""By type, the text of a shape."""
_MEMBER = re.compile(r"'(?:[^']|'')*'")


def filler(column: Column) -> str:
    """The expression for a column of any type.

    Raises:
        KeyError: nobody here knows its type.
    """
    return FILLERS[column.kind](column)


def unique_filler(column: Column, part: int | None) -> str | None:
    """The expression for a column whose values must differ between rows; None: too few values.

    Args:
        column: which.
        part: how many of its characters must differ, when not all are looked at.
    """
    if column.kind in (*TEXTS, *BYTES):
        return _unique_text(column, part)
    return UNIQUE[column.kind](column) if column.kind in UNIQUE else None


def reference(*, nullable: bool, itself: bool) -> str:
    """The expression for a column that names a row by its key."""
    if not itself:
        return f"1 + {PICK} % {ROWS_REFERRED_TO}"
    return "NULL" if nullable else "NEW.id"


def _whole(column: Column) -> str:
    if column.declared.startswith("tinyint(1)"):
        return f"{PICK} % 2"
    return f"1 + NEW.version % {(1 << BITS[column.kind] - (not column.unsigned)) - 1}"


def _bits(column: Column) -> str:
    bits = column.precision or 1
    return f"{PICK} % 2" if bits == 1 else f"1 + NEW.version % {(1 << min(bits, 62)) - 1}"


def _floating(column: Column) -> str:
    if column.scale is not None:
        return _decimal(column)
    return "(1 + NEW.version % 990000) / 10000"


def _decimal(column: Column) -> str:
    digits, scale = min(column.precision or 1, 18), column.scale or 0
    number = f"(1 + NEW.version % {10**digits - 1})"
    return f"{number} * {_smallest(scale)}" if scale else number


def _unique_decimal(column: Column) -> str | None:
    scale = column.scale or 0
    if (column.precision or 0) - scale < KEY_DECIMALS:
        return None
    decimals = min(scale, 18)
    more = f" + NEW.version % {10**decimals} * {_smallest(decimals)}" if scale else ""
    return f"NEW.id{more}"


def _smallest(scale: int) -> str:
    """The smallest number of so many decimals."""
    return f"0.{'0' * (scale - 1)}1"


def _text(length: int) -> str:
    """The whole version where it fits, else as many of its last digits at base 36 as do."""
    if length >= LONG_ENOUGH:
        return "CONCAT('v', NEW.version)"
    return f"RIGHT(LPAD(CONV(NEW.version, 10, 36), {LONG_ENOUGH}, '0'), {length})"


def _unique_text(column: Column, part: int | None) -> str | None:
    length = min(column.length or 0, part or LONG_ENOUGH)
    more = length - KEY_DIGITS
    if more < 0:
        return None
    if length >= LONG_ENOUGH:
        return _long(column, _text(length))
    key = f"LPAD(CONV(NEW.id, 10, 36), {KEY_DIGITS}, '0')"
    return _long(column, f"CONCAT({key}, {_text(more)})" if more else key)


def _long(column: Column, text: str) -> str:
    """A text as long as a BINARY column: zeros at its end would be nothing to some readers."""
    return f"RPAD({text}, {column.length}, 'x')" if column.kind == "binary" else text


def _shape(column: Column) -> str:
    return f"ST_GeomFromText({SHAPES[column.kind]}, {column.spatial_system or 0})"


def _member(column: Column) -> str:
    members = _MEMBER.findall(column.declared)
    return f"ELT(1 + {PICK} % {len(members)}, {', '.join(members)})"


def _members(column: Column) -> str:
    members = _MEMBER.findall(column.declared)
    some = max((1 << min(len(members), 62)) - 1, 1)
    return f"MAKE_SET(1 + {PICK} % {some}, {', '.join(members)})"


def _vector(column: Column) -> str:
    found = re.search(r"\((\d+)\)", column.declared)
    more = (int(found[1]) if found else 1) - 1
    return f"STRING_TO_VECTOR(CONCAT('[', NEW.version % 1000, '{', 0.5' * more}]'))"


def _always(expression: str) -> Callable[[Column], str]:
    return lambda _: expression


FILLERS: dict[str, Callable[[Column], str]] = {
    **dict.fromkeys(BITS, _whole),
    "bigint": _always("NEW.version"),
    "bit": _bits,
    "decimal": _decimal,
    **dict.fromkeys(("float", "double"), _floating),
    **dict.fromkeys(TEXTS, lambda column: _text(column.length or 0)),
    **dict.fromkeys(BYTES, lambda column: _long(column, _text(column.length or 0))),
    **dict.fromkeys(SHAPES, _shape),
    "year": _always("1970 + NEW.version % 130"),
    "json": _always("JSON_OBJECT('version', NEW.version)"),
    "date": _always("DATE_ADD('2020-01-01', INTERVAL NEW.version % 1000 DAY)"),
    **dict.fromkeys(("datetime", "timestamp"), _always(_MOMENT)),
    "time": _always("SEC_TO_TIME(NEW.version % 86399 + NEW.version % 1000 * 0.001457)"),
    "enum": _member,
    "set": _members,
    "vector": _vector,
}
"""By type of column."""
_BY_SECONDS = _always("DATE_ADD('1975-01-01', INTERVAL NEW.id SECOND)")
UNIQUE: dict[str, Callable[[Column], str | None]] = {
    "bigint": _always("NEW.version"),
    **dict.fromkeys(("int", "double"), _always("NEW.id")),
    "decimal": _unique_decimal,
    "bit": lambda column: "NEW.id" if (column.precision or 1) > KEY_BITS else None,
    **dict.fromkeys(("datetime", "timestamp"), _BY_SECONDS),
}
"""By type of column whose values must differ; texts and bytes are apart."""
