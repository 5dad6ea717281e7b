"""The base of every frozen value, and the settings type that all share."""

from typing import TypeAlias

import msgspec

Scalar: TypeAlias = str | int | float | bool
Settings: TypeAlias = dict[str, Scalar]


def as_text(value: Scalar) -> str:
    """A setting as Kafka writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_on(value: Scalar) -> bool:
    """Whether a setting says yes, in Python's or in Kafka's spelling."""
    return str(value).lower() in {"true", "1"}


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value that refuses unknown fields when decoded.

    Subclasses say `frozen=True, kw_only=True` themselves: msgspec inherits neither `kw_only` at run
    time nor `frozen` in the eyes of mypy.
    """
