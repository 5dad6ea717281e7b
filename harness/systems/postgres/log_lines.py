"""What the output plugin `test_decoding` writes of a write-ahead log, one line for each change.

It is PostgreSQL's own, and another than the `pgoutput` that connectors use. It needs no
publication: with one, the server refuses changes of tables without a replica identity, so that a
run would behave otherwise because it is watched.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from harness.model.ports.source import UnreadableLogError

Action: TypeAlias = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]
Values: TypeAlias = Mapping[str, str | None]
"""Columns of a row by name; None for NULL and for UNCHANGED."""

_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\s".,:\[]+)'
_TABLE = re.compile(rf"({_IDENTIFIER})\.({_IDENTIFIER})")
_CHANGE = re.compile(rf"table ({_IDENTIFIER}\.{_IDENTIFIER}): (INSERT|UPDATE|DELETE):")
_TRUNCATE = re.compile(r"table (.+): TRUNCATE: [a-z_() -]+")
_OLD, _NEW, _NOTHING = " old-key:", " new-tuple:", " (no-tuple-data)"
_COLUMN = re.compile(
    rf""" ({_IDENTIFIER})\[((?:[^\[\]"]|\[\]|"(?:[^"]|"")*")+)\]:"""
    r"""(unchanged-toast-datum|B?'(?:[^']|'')*'|[^\s']+)"""
)


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one table: an insert has a row after it, a delete what is said of one before.

    An update has a row before it where the replica identity is FULL; otherwise the key, where it
    was changed.
    """

    action: Action
    schema: str
    table: str
    old: Values | None = None
    new: Values | None = None
    unchanged: frozenset[str] = frozenset()
    """Columns of `new` that the log does not hold: long values, stored elsewhere, as they were."""


def lines_of(text: str) -> Iterator[Line]:
    """The changes that one line tells of: one, or one of each table that was truncated.

    Raises:
        UnreadableLogError: it is not understood.
    """
    truncated = _TRUNCATE.fullmatch(text)
    if truncated:
        for schema, table in _TABLE.findall(truncated[1]):
            yield Line("TRUNCATE", _bare(schema), _bare(table))
        return
    change = _CHANGE.match(text)
    place = _TABLE.fullmatch(change[1]) if change else None
    if change is None or place is None:
        raise UnreadableLogError(f"the write-ahead log holds {text[:100]!r}, which is not known")
    old, new, unchanged = _rows(text, change.end(), change[2])
    yield Line(
        cast("Action", change[2]),  # the pattern knows no others
        _bare(place[1]),
        _bare(place[2]),
        old,
        new,
        unchanged,
    )


def _rows(
    text: str, start: int, action: str
) -> tuple[Values | None, Values | None, frozenset[str]]:
    """The row before a change, the one after it, and what the log does not hold of that."""
    if text[start:] == _NOTHING:
        return None, None, frozenset()
    if action == "DELETE":
        return _row(text, start)[0], None, frozenset()
    old = None
    if text.startswith(_OLD, start):
        old, start, _ = _row_until(text, start + len(_OLD))
        start += len(_NEW)
    new, unchanged = _row(text, start)
    return old, new, unchanged


def _row(text: str, start: int) -> tuple[Values, frozenset[str]]:
    values, end, unchanged = _row_until(text, start)
    if end != len(text):
        raise UnreadableLogError(
            f"the write-ahead log holds {text[:100]!r}, not understood at {text[end : end + 40]!r}"
        )
    return values, unchanged


def _row_until(text: str, start: int) -> tuple[dict[str, str | None], int, frozenset[str]]:
    values: dict[str, str | None] = {}
    unchanged = []
    while not text.startswith(_NEW, start):
        column = _COLUMN.match(text, start)
        if column is None:
            break
        name, start = _bare(column[1]), column.end()
        match column[3]:
            case "unchanged-toast-datum":
                unchanged.append(name)
                values[name] = None
            case "null":
                values[name] = None
            case value:
                values[name] = value[1:-1].replace("''", "'") if value[0] == "'" else value
    return values, start, frozenset(unchanged)


def _bare(identifier: str) -> str:
    return identifier[1:-1].replace('""', '"') if identifier[0] == '"' else identifier
