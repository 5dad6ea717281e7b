"""What columns hold that the harness does not write: a value that follows from the version.

As `harness.systems.mysql.fillers` has them for MySQL itself: each version of a row looks different,
as far as the type allows, and a column that must be unique has values that no two rows share.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from harness.backends.fake.data.table import Filler
from harness.kit.errors import UsageError
from harness.model.rows import ROWS_REFERRED_TO
from harness.systems.mysql.fillers import BITS, BYTES, LONG_ENOUGH, TEXTS
from harness.systems.mysql.table_schema import Column, Reference, Schema

NEEDED = ("id", "version")
KEY_DIGITS = 6
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MEMBER = re.compile(r"'((?:[^']|'')*)'")


def fillers_of(schema: Schema) -> dict[str, Filler]:
    """What fills each column of a table of the source; those with a DEFAULT keep it.

    Raises:
        UsageError: a column that must be unique has too few values.
    """
    found: dict[str, Filler] = {
        name: _MAKERS[column.kind](column)
        for name, column in schema.columns.items()
        if name not in NEEDED and not column.kept
    }
    for reference in schema.references:
        found |= _referring(schema, reference)
    for unique in schema.unique:
        names = set(unique.names)
        if not names & {*NEEDED, *(name for each in schema.references for name in each.columns)}:
            name = next(iter(unique.names))
            found[name] = _unique(schema.columns[name])
    return found


def _referring(schema: Schema, reference: Reference) -> Iterator[tuple[str, Filler]]:
    (name,) = reference.columns
    alone = any(each.names == (name,) for each in schema.unique)
    if not alone and reference.table != schema.name:
        yield name, lambda _key, version: 1 + version // 2 % ROWS_REFERRED_TO
    elif schema.columns[name].nullable:
        yield name, lambda _key, _version: None
    else:
        yield name, lambda key, _version: key


def _unique(column: Column) -> Filler:
    length = column.length or 0
    if column.kind in (*TEXTS, *BYTES) and length >= LONG_ENOUGH:
        return _text(column)
    if column.kind in (*TEXTS, *BYTES) and length >= KEY_DIGITS:
        more = length - KEY_DIGITS
        return lambda key, version: _base_36(key, KEY_DIGITS) + _base_36(version, more)
    if column.kind == "bigint":
        return lambda _key, version: version
    if column.kind in ("int", "double"):
        return lambda key, _version: key
    raise UsageError(f"column {column.name} must be unique and has too few values for that")


def _base_36(number: int, digits: int) -> str:
    """The last digits of a number."""
    found = ""
    for _ in range(digits):
        number, digit = divmod(number, 36)
        found = _DIGITS[digit] + found
    return found


def _text(column: Column) -> Filler:
    length = column.length or 0
    padded = length if column.kind == "binary" else 0
    if length >= LONG_ENOUGH:
        return lambda _key, version: f"v{version}".ljust(padded, "x")
    return lambda _key, version: _base_36(version, length)


def _bytes(column: Column) -> Filler:
    text = _text(column)
    return lambda key, version: str(text(key, version)).encode()


def _whole(column: Column) -> Filler:
    if column.declared.startswith("tinyint(1)"):
        return lambda _key, version: version // 2 % 2
    most = (1 << BITS[column.kind] - (not column.unsigned)) - 1
    return lambda _key, version: 1 + version % most


def _bits(column: Column) -> Filler:
    bits = column.precision or 1
    if bits == 1:
        return lambda _key, version: version // 2 % 2
    return lambda _key, version: 1 + version % ((1 << min(bits, 62)) - 1)


def _decimal(column: Column) -> Filler:
    most, scale = 10 ** min(column.precision or 1, 18) - 1, column.scale or 0
    return lambda _key, version: Decimal(1 + version % most).scaleb(-scale)


def _floating(column: Column) -> Filler:
    if column.scale is not None:
        exact = _decimal(column)
        return lambda key, version: float(str(exact(key, version)))
    return lambda _key, version: (1 + version % 990_000) / 10_000


def _member(column: Column) -> Filler:
    members = _MEMBER.findall(column.declared)
    return lambda _key, version: members[version // 2 % len(members)]


def _members(column: Column) -> Filler:
    members = _MEMBER.findall(column.declared)
    some = (1 << len(members)) - 1

    def filled(_key: int, version: int) -> str:
        chosen = 1 + version // 2 % some
        return ",".join(each for place, each in enumerate(members) if chosen >> place & 1)

    return filled


def _moment(_key: int, version: int) -> datetime:
    return datetime(2020, 1, 1) + timedelta(microseconds=version % 1000 * 3_600_123_457)  # noqa: DTZ001 - as columns keep it


def _time(_key: int, version: int) -> timedelta:
    return timedelta(seconds=version % 86_399, microseconds=version % 1000 * 1457)


def _always(filler: Filler) -> Callable[[Column], Filler]:
    return lambda _column: filler


_MAKERS: dict[str, Callable[[Column], Filler]] = {
    **dict.fromkeys(BITS, _whole),
    "bigint": _always(lambda _key, version: version),
    "bit": _bits,
    "decimal": _decimal,
    **dict.fromkeys(("float", "double"), _floating),
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(BYTES, _bytes),
    "year": _always(lambda _key, version: 1970 + version % 130),
    "json": _always(lambda _key, version: json.dumps({"version": version})),
    "date": _always(lambda _key, version: date(2020, 1, 1) + timedelta(days=version % 1000)),
    **dict.fromkeys(("datetime", "timestamp"), _always(_moment)),
    "time": _always(_time),
    "enum": _member,
    "set": _members,
}
"""By type of column."""
