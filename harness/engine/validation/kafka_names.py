"""Names of settings that Kafka itself reads: what each kind of server, topic or tool knows.

The tables are what Kafka's own definitions say (`ConfigDef`), of the oldest and the newest version
that scenarios run on; a server that is told another name ignores it.
"""

from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from harness.engine.validation.problems import Problems, unknown
from harness.model.value import Scalar, Settings, as_text

Owner: TypeAlias = Literal[
    "broker", "topic", "connect-worker", "console-producer", "console-consumer"
]
FOLDER = Path(__file__).parent / "names"
PREFIXES: dict[str, tuple[str, ...]] = {
    "broker": ("listener.name.", "rsm.config.", "rlmm.config.", "group.", "internal."),
    "connect-worker": (
        "producer.",
        "consumer.",
        "admin.",
        "config.storage.",
        "offset.storage.",
        "status.storage.",
        "key.converter.",
        "value.converter.",
        "header.converter.",
        "config.providers.",
        "listeners.https.",
    ),
}
"""Before names that a plug-in, a listener or an inner client gives its own meaning."""


class Known(NamedTuple):
    """What a setting may be: its kind, and the least and most, or the words, that it may have."""

    kind: str
    limits: tuple[str, ...]


@cache
def known(owner: Owner) -> dict[str, Known]:
    """Every setting that Kafka defines for `owner`, by name."""
    lines = (FOLDER / f"{owner}.txt").read_text().splitlines()
    words = (line.split() for line in lines if not line.startswith("#"))
    return {name: Known(kind, tuple(limits)) for name, kind, *limits in words}


def misnamed(owner: Owner, settings: Settings, where: str) -> Problems:
    """Settings that `owner` does not know, or whose values it refuses.

    Args:
        owner: who reads them.
        settings: as the scenario gives them.
        where: the part of the scenario: `topic 'orders'`.
    """
    for name, value in settings.items():
        if name in known(owner):
            if problem := _refused(known(owner)[name], value):
                yield f"{name} of {where}: expected {problem}, got {value!r}"
        elif not name.startswith(PREFIXES.get(owner, ())):
            yield unknown("setting", name, where, known(owner))


def _refused(setting: Known, value: Scalar) -> str:
    """What was expected instead of `value`; empty when it will do."""
    text = as_text(value).strip()
    match setting.kind:
        case "bool":
            return "" if text.lower() in ("true", "false") else "true or false"
        case "int" | "float":
            return _outside(setting, text)
        case _ if setting.limits:
            words = setting.limits[0].split(",")
            given = text.split(",") if setting.kind == "list" else [text]
            return "" if {each.strip() for each in given} <= {*words, ""} else " or ".join(words)
        case _:
            return ""


def _outside(setting: Known, text: str) -> str:
    least, most, *_ = (*setting.limits, "", "")
    number = int if setting.kind == "int" else float
    wanted = "a whole number" if setting.kind == "int" else "a number"
    wanted += f" from {least}" * bool(least) + f" up to {most}" * bool(most)
    try:
        value = number(text)
    except ValueError:
        return wanted
    low = float(least) if least else float("-inf")
    high = float(most) if most else float("inf")
    return "" if low <= value <= high else wanted
