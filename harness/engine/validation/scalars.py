"""Texts, numbers and known words: whether a value is one, in its range, and what was expected."""

import math
import re
from collections.abc import Callable
from types import NoneType
from typing import Any, TypeAlias

from msgspec import inspect

SHOWN_MAX = 60
INTEGER_MAX = (1 << 63) - 1
"""The largest whole number that every reader of our files can take."""
_Number: TypeAlias = inspect.IntType | inspect.FloatType
_PYTHON: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.BoolType: (bool,),
    inspect.IntType: (int,),
    inspect.FloatType: (int, float),
    inspect.StrType: (str,),
    inspect.LiteralType: (str, int),
    inspect.NoneType: (NoneType,),
}


def of_kind(value: object, kind: inspect.Type) -> bool:
    """Whether the type of `value` is right; True is no number."""
    if isinstance(kind, inspect.Metadata):
        return of_kind(value, kind.type)
    number = isinstance(kind, _Number)
    return isinstance(value, _PYTHON[type(kind)]) and not (number and isinstance(value, bool))


def fits(value: Any, kind: inspect.Type) -> bool:  # noqa: ANN401 - anything
    """Whether `value` is of that kind and in its range."""
    match kind:
        case inspect.Metadata():
            return fits(value, kind.type)
        case inspect.LiteralType():
            return any(type(word) is type(value) and word == value for word in kind.values)
        case inspect.IntType() | inspect.FloatType():
            return of_kind(value, kind) and _is_finite(value) and _in_range(value, kind)
        case inspect.StrType():
            return isinstance(value, str) and _is_text(value, kind)
        case _:
            return of_kind(value, kind)


def wanted(kind: inspect.Type) -> str:
    """What a type asks for, in words."""
    match kind:
        case inspect.Metadata():
            return str((kind.extra_json_schema or {}).get("description", wanted(kind.type)))
        case inspect.LiteralType():
            return f"one of {', '.join(map(str, kind.values))}"
        case _:
            return _WORDS[type(kind)](kind)


def shown(value: object) -> str:
    """`value` in a few words: never the whole of something that has no end."""
    if value is not None and not isinstance(value, bool | str | int | float):
        return f"a {type(value).__name__}"
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of so many digits
        text = "a number of thousands of digits"
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def _is_finite(value: float) -> bool:
    return abs(value) <= INTEGER_MAX if isinstance(value, int) else math.isfinite(value)


def _in_range(value: float, kind: _Number) -> bool:
    return (
        (kind.ge is None or value >= kind.ge)
        and (kind.gt is None or value > kind.gt)
        and (kind.le is None or value <= kind.le)
        and (kind.lt is None or value < kind.lt)
    )


def _is_text(value: str, kind: inspect.StrType) -> bool:
    """Whether it can be written to a file, and has the form that is asked for."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return kind.pattern is None or re.search(kind.pattern, value) is not None


def _range(kind: Any) -> str:  # noqa: ANN401 - a number's
    low = "" if kind.ge is None else f" from {kind.ge:,g}"
    low = low if kind.gt is None else f" above {kind.gt:,g}"
    return low + ("" if kind.le is None else f" up to {kind.le:,.15g}")


_WORDS: dict[type[inspect.Type], Callable[[inspect.Type], str]] = {
    inspect.BoolType: lambda _: "True or False",
    inspect.IntType: lambda kind: f"a whole number{_range(kind)}",
    inspect.FloatType: lambda kind: f"a finite number{_range(kind)}",
    inspect.StrType: lambda _: "text",
    inspect.NoneType: lambda _: "None",
}
