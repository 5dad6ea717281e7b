"""Settings of a PostgreSQL server: which there are, and what values each takes.

A server that is told another name, or a value that it does not take, does not start.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from harness.model.value import Scalar, as_text

TABLE = Path(__file__).parent / "settings.txt"
YES_OR_NO = {"on", "off", "true", "false", "yes", "no", "1", "0"}
UNITS = (
    {"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40},
    {"us": 1, "ms": 1000, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6, "d": 86400 * 10**6},
)
"""Of memory in bytes, and of time in microseconds."""

_MEASURE = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([A-Za-z]*)", re.IGNORECASE)
_BASE = re.compile(r"(\d*)([A-Za-z]+)")


class Known(NamedTuple):
    """What a setting may be; a dash stands for none."""

    kind: str
    unit: str
    """Of a number that is written without one: `8kB`."""
    least: str
    most: str
    words: str


@cache
def known() -> dict[str, Known]:
    """Every setting of the server, by name in small letters."""
    lines = TABLE.read_text().splitlines()
    fields = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name.lower(): Known(*rest) for name, *rest in fields}


def expected(name: str, value: Scalar) -> str:
    """What a setting takes instead of `value`; empty when it will do.

    Args:
        name: of a setting that is known.
        value: as a scenario gives it.
    """
    setting, text = known()[name.lower()], as_text(value).strip()
    match setting.kind:
        case "bool":
            return "" if text.lower() in YES_OR_NO else "on or off"
        case "enum":
            words = setting.words.split(",")
            fits = {*words, *(YES_OR_NO if "off" in words else ())}
            return "" if text.lower() in {each.lower() for each in fits} else " or ".join(words)
        case "integer" | "real":
            return "" if _inside(setting, text) else _range(setting)
        case _:
            return ""


def _inside(setting: Known, text: str) -> bool:
    found = _MEASURE.fullmatch(text)
    if found is None:
        return False
    number, unit = float(found[1]), found[2]
    if unit:
        base = _BASE.fullmatch(setting.unit)
        sizes = next((each for each in UNITS if base and base[2] in each), {})
        if base is None or unit not in sizes:
            return False
        number *= sizes[unit] / (sizes[base[2]] * int(base[1] or 1))
    return float(setting.least) <= number <= float(setting.most)


def _range(setting: Known) -> str:
    base = _BASE.fullmatch(setting.unit)
    units = next((each for each in UNITS if base and base[2] in each), {})
    wanted = f"a number from {setting.least} to {setting.most}"
    if not units:
        return wanted
    return f"{wanted} (times {setting.unit}), or one with a unit: {', '.join(units)}"
