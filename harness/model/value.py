"""The base of every frozen value, and the settings type that all share."""

from typing import TypeAlias

import msgspec

Scalar: TypeAlias = str | int | float | bool
Settings: TypeAlias = dict[str, Scalar]


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value that refuses unknown fields when decoded.

    Subclasses say `kw_only=True` themselves: msgspec does not inherit it.
    """
