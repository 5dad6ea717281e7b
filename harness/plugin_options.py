"""The options that the pytest plugin adds.

Each has a long name, `--chaos-seed`, and a short one, `--seed`. A short name that another plugin or
the user's conftest.py uses is not defined.
"""

import argparse
import math
from pathlib import Path
from typing import Any

import pytest

GROUP = "chaos harness"


def at_least(least: int) -> "argparse._ActionType":
    """A parser of whole numbers, `least` or more."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"invalid value {text!r}: expected a whole number, {least} or more"
            )
        return int(text)

    return number


def seconds(text: str) -> float:
    """Parse a duration in seconds."""
    try:
        span_s = float(text)
    except ValueError:
        span_s = math.nan
    if not 0 < span_s < math.inf:
        raise argparse.ArgumentTypeError(
            f"invalid value {text!r}: expected a number of seconds above 0"
        )
    return span_s


OPTIONS: dict[str, dict[str, Any]] = {
    "seed": {"type": at_least(0), "help": "seed of every run (default: random, and printed)"},
    "runs": {
        "type": at_least(1),
        "default": 1,
        "help": "run each scenario under N consecutive seeds",
    },
    "repeat-unknown": {
        "type": at_least(0),
        "default": 0,
        "metavar": "TIMES",
        "help": "repeat an UNKNOWN run up to TIMES times (default: its test fails at once)",
    },
    "reports-dir": {
        "type": Path,
        "default": Path("reports"),
        "help": "parent of the run folders",
    },
    "keep-stack": {
        "action": "store_true",
        "default": False,
        "help": "leave the stack running for the next session",
    },
    "time-limit": {"type": seconds, "help": "maximum duration of chaos in seconds"},
    "stack": {
        "choices": ("docker", "fake"),
        "default": "docker",
        "help": "real containers, or the in-memory fake stack",
    },
    "metadata": {
        "choices": ("zookeeper", "kraft"),
        "help": "ZooKeeper or KRaft (default: as in the scenario, else zookeeper)",
    },
    "source": {
        "choices": ("mysql", "postgres"),
        "help": "the database in which pipelines start (default: as in the scenario)",
    },
    "kafka-version": {
        "metavar": "VERSION",
        "help": "version of the brokers (default: as in the scenario, else the pinned one)",
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
