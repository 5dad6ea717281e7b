"""Bugs of others that break a guarantee although every setting is right, and how a run shows them.

A bug explains an anomaly only where the run has a trace of it: a name alone would excuse anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.reporting.folder import RunFolder

EXCERPT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBug:
    """A bug: its name, what it does, the kinds of anomaly that it makes, and what shows it."""

    name: str
    sentence: str
    kinds: tuple[str, ...]
    trace: str
    """A regular expression that a line of a service's log matches when the bug may have struck."""


KNOWN_BUGS = (
    KnownBug(
        name="librdkafka issue 4953",
        sentence=(
            "an idempotent producer that receives an out-of-order sequence error starts a new "
            "epoch for all partitions, and sends records again that other partitions may "
            "already have"
        ),
        kinds=("duplicate",),
        trace=r"Out of order sequence number for producer",
    ),
)


def named(folder: RunFolder, kinds: Iterable[str]) -> dict[str, str]:
    """By kind of anomaly: the bug that explains it, with the line of a log that shows it."""
    wanted = set(kinds)
    found: dict[str, str] = {}
    for bug in KNOWN_BUGS:
        explained = sorted(wanted & set(bug.kinds))
        if explained and (evidence := _trace(folder, bug)):
            found |= dict.fromkeys(explained, f"{bug.name}: {bug.sentence}; {evidence}")
    return found


def _trace(folder: RunFolder, bug: KnownBug) -> str:
    for path in sorted(folder.logs.glob("*.log")):
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if re.search(bug.trace, line):
                    return f"{path.name} says: {line.strip()[:EXCERPT]}"
    return ""
