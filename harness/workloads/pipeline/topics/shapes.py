"""The shapes in which a record tells of a row: an envelope, the row itself, a mark, or nothing.

An envelope says what a row was and what it is. A row alone says what it is; unwrapping may add what
happened to it (`__op`), or that it is gone (`__deleted`), and then the row is what it was. A record
of an outbox carries the id of its event in a header and the event itself as its value.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.history.history import NOTHING

KINDS = {"c": "insert", "u": "update", "d": "delete", "r": "snapshot"}
WITHOUT_IMAGE = {"u": "row", "d": "removal"}
"""What an event is that does not say what its row was before."""
Headers: TypeAlias = Mapping[str, bytes]
Told: TypeAlias = tuple[str, int, int, int]
"""Kind, key, version, before; see `harness.history.flow`."""

_ENVELOPE = {"op", "before", "after"}
CONTROL = (
    {"status", "id", "event_count"},  # the beginning or the end of a transaction
    {"databaseName", "tableChanges"},  # a change of a schema
)
_MESSAGE, _TRUNCATION = "m", "t"


class ShapeError(ValueError):
    """A record was decoded, and tells of a row in no shape that is known."""


def is_control(value: Any) -> bool:  # noqa: ANN401 - a decoded value
    """Whether a connector wrote it for itself: a heartbeat, a transaction, a change of schema."""
    if not isinstance(value, dict):
        return False
    if value.get("op") == _MESSAGE or value.keys() in ({"ts_ms"}, {"ts_ms", "ts_us", "ts_ns"}):
        return True
    return any(shape <= value.keys() for shape in CONTROL)


def is_envelope(value: Any) -> bool:  # noqa: ANN401 - a decoded value
    """Whether it says what a row was and what it is."""
    return isinstance(value, dict) and value.keys() >= _ENVELOPE


def told_of(key: Any, value: Any, headers: Headers) -> Told:  # noqa: ANN401 - decoded values
    """What a record with a value tells of its row.

    Raises:
        ShapeError: or KeyError, TypeError: it tells of none.
    """
    if not isinstance(value, dict):
        raise ShapeError("it is not a row")
    if value.get("op") == _TRUNCATION:
        # It ends all rows of the table, and so has no key.
        return "truncate", NOTHING, NOTHING, NOTHING
    if is_envelope(value):
        before, after = value["before"], value["after"]
        kind = KINDS[value["op"]]
        if value["op"] in WITHOUT_IMAGE and not (before and before["version"]):
            # A source may log of what was only its key; a column without NULL is 0 then.
            kind, before = WITHOUT_IMAGE[value["op"]], None
        version, was = _version(after), _version(before)
        return kind, key_of(key, after or value["before"]), version, was
    if "version" not in value:
        raise ShapeError("it has no column `version`")
    number, version = key_of(key, value), as_number(value["version"])
    if str(value.get("__deleted", "false")).lower() == "true":
        return "delete", number, NOTHING, version
    operation = str(value.get("__op") or headers.get("__op", b"").decode())
    kind = {"c": "insert", "r": "snapshot"}.get(operation, "row")
    return kind, number, version, NOTHING


def told_by_outbox(value: Any, headers: Headers, event_id: str = "id") -> Told:  # noqa: ANN401
    """What a record of an outbox tells of the row that it was made from.

    Raises:
        ShapeError: or KeyError, ValueError: it does not say which row, or which version.
    """
    if isinstance(value, str):
        value = json.loads(value)  # a payload that was not expanded
    inside = isinstance(value, dict) and "version" in value
    version = value["version"] if inside else headers["version"]
    return "row", as_number(headers[event_id], text=True), as_number(version, text=True), NOTHING


def key_of(key: Any, row: Any = None) -> int:  # noqa: ANN401 - decoded values
    """The `id` of a row: what it says itself, else its key.

    Raises:
        ShapeError: or KeyError, TypeError: neither says it.
    """
    if isinstance(row, dict) and "id" in row:
        return as_number(row["id"])
    if not isinstance(key, dict):
        return as_number(key, text=True)
    if "id" in key:
        return as_number(key["id"])
    inner = [each for name, each in key.items() if not name.startswith("__")]
    if len(inner) != 1:
        raise ShapeError("its key has no field `id`")
    # One more cover around it, as HoistField puts it.
    return key_of(inner[0])


def as_number(value: Any, *, text: bool = False) -> int:  # noqa: ANN401 - a decoded value
    """A column that every reader here was promised as a number, whatever could be made of it.

    Args:
        value: as it was decoded.
        text: whether digits will do, where a converter has nothing else.

    Raises:
        TypeError: or ValueError: it is none.
    """
    if text and isinstance(value, str | bytes):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a number")
    return value


def _version(row: Any) -> int:  # noqa: ANN401 - a decoded image
    return as_number(row["version"]) if row else NOTHING
