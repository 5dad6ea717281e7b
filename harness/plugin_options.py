"""The options that the pytest plugin adds.

Each has a name of its own, `--chaos-seed`, and a short one, `--seed`. A short name that another
plugin or a conftest.py of the user's has taken is left to them.
"""

import argparse
import math
from pathlib import Path
from typing import Any

import pytest

GROUP = "chaos harness"


def at_least(least: int) -> "argparse._ActionType":
    """What turns the text of an option into a whole number, `least` or more."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"invalid value {text!r}: a whole number is expected, {least} or more"
            )
        return int(text)

    return number


def seconds(text: str) -> float:
    """The text of an option as a span of time, in seconds."""
    try:
        span_s = float(text)
    except ValueError:
        span_s = math.nan
    if not 0 < span_s < math.inf:
        raise argparse.ArgumentTypeError(
            f"invalid value {text!r}: a number of seconds is expected, more than 0"
        )
    return span_s


OPTIONS: dict[str, dict[str, Any]] = {
    "seed": {"type": at_least(0), "help": "seed of every run (default: drawn, and printed)"},
    "runs": {"type": at_least(1), "default": 1, "help": "run each scenario under N seeds in a row"},
    "repeat-unknown": {
        "type": at_least(0),
        "default": 0,
        "metavar": "TIMES",
        "help": "repeat a run that proved nothing, at most so often (default: it fails at once)",
    },
    "reports-dir": {
        "type": Path,
        "default": Path("reports"),
        "help": "where run folders are made",
    },
    "keep-stack": {
        "action": "store_true",
        "default": False,
        "help": "leave the stack running for the next pytest",
    },
    "time-limit": {"type": seconds, "help": "seconds that chaos may last in each scenario"},
    "stack": {
        "choices": ("docker", "fake"),
        "default": "docker",
        "help": "real containers, or fakes",
    },
    "metadata": {
        "choices": ("zookeeper", "kraft"),
        "help": "who keeps the cluster's metadata (default: what a scenario says, or zookeeper)",
    },
    "source": {
        "choices": ("mysql", "postgres"),
        "help": "the database that pipelines begin at (default: what a scenario says)",
    },
    "kafka-version": {
        "metavar": "VERSION",
        "help": "of brokers (default: what a scenario says, or the one pinned for the metadata)",
    },
}


def add_options(parser: pytest.Parser) -> None:
    """Add every option by its own name."""
    group = parser.getgroup(GROUP)
    for name, attributes in OPTIONS.items():
        group.addoption(f"--chaos-{name}", dest=_place(name), **attributes)


def add_short_names(parser: pytest.Parser) -> None:
    """Add every short name that is free."""
    group = parser.getgroup(GROUP)
    taken = _taken(parser)
    for name, attributes in OPTIONS.items():
        if f"--{name}" not in taken:
            short = {**attributes, "help": f"short for --chaos-{name}"}
            group.addoption(f"--{name}", dest=_place(name), **short)


def _place(name: str) -> str:
    return f"chaos_{name.replace('-', '_')}"


def _taken(parser: pytest.Parser) -> set[str]:
    """All names that options have; pytest itself tells nobody."""
    groups = [*parser._groups, parser._anonymous]  # noqa: SLF001
    return {name for group in groups for option in group.options for name in option.names()}
