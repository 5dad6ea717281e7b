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
