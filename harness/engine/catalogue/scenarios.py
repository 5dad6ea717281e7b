"""Scenarios by name: a module names each of its own in its table, `SCENARIOS = (...)`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias, get_args

from harness.engine.catalogue.scenario_modules import TABLE, table_of
from harness.kit.errors import UsageError
from harness.model.control import Control
from harness.model.legal import Legal
from harness.model.scenario import Scenario
from harness.model.semantics import Line
from harness.shipped import SCENARIOS

Entry: TypeAlias = Scenario | Control | Legal | Line
"""What a table holds: a scenario, or what has scenarios."""


def scenarios(folder: Path = SCENARIOS) -> dict[str, Scenario]:
    """All scenarios of the modules `test_*.py` in `folder`, in order of name."""
    paths = sorted(folder.glob("test_*.py"))
    found = _by_name((each for path in paths for each in scenarios_of(path)), folder)
    return dict(sorted(found.items()))


def find(name: str, folder: Path = SCENARIOS) -> Scenario:
    """The scenario of that name.

    Raises:
        UsageError: there is none; lists what there is.
    """
    known = scenarios(folder)
    if name not in known:
        raise UsageError(f"unknown scenario {name!r}; known: {', '.join(known) or 'none'}")
    return known[name]


def scenarios_of(path: Path) -> tuple[Scenario, ...]:
    """The scenarios that the module at `path` names in its table, in its order, each once.

    Raises:
        UsageError: the module cannot be loaded, something else is in its table, or two of its
            scenarios have one name.
    """
    held = (each for entry in _entries(path) for each in _scenarios(entry))
    return tuple(_by_name(held, path).values())


def _entries(path: Path) -> tuple[Entry, ...]:
    """What the table of the module at `path` holds; a module without a table names nothing."""
    table = table_of(path)
    if not isinstance(table, tuple | list):
        raise UsageError(f"{path}: {TABLE} must be a tuple, got {type(table).__name__}")
    for place, entry in enumerate(table):
        if not isinstance(entry, Entry):
            kinds = ", ".join(kind.__name__ for kind in get_args(Entry))
            raise UsageError(f"{path}: {TABLE}[{place}] must be one of {kinds}, got {entry!r:.80}")
    return tuple(table)


def _scenarios(entry: Entry) -> tuple[Scenario, ...]:
    match entry:
        case Control():
            return entry.good, entry.bad
        case Legal() | Line():
            return (entry.scenario,)
        case scenario:
            return (scenario,)


def _by_name(found: Iterable[Scenario], where: Path) -> dict[str, Scenario]:
    """Scenarios by name; one that stands in several places is one."""
    named: dict[str, Scenario] = {}
    for each in found:
        if not isinstance(each.name, str):
            raise UsageError(f"{where}: the name of a scenario must be a string, got {each.name!r}")
        if named.setdefault(each.name, each) != each:
            raise UsageError(
                f"two scenarios in {where} are named {each.name!r}; give them different names"
            )
    return named


def lines_of(path: Path) -> tuple[Line, ...]:
    """The lines in the table of the module at `path`, in its order."""
    return tuple(entry for entry in _entries(path) if isinstance(entry, Line))


def controls() -> tuple[Control, ...]:
    """The controls of all scenario modules, in order of module and table, each once."""
    held = (entry for entry in _shipped() if isinstance(entry, Control))
    return tuple({each.id: each for each in held}.values())


def exam() -> tuple[Legal, ...]:
    """The legal pipelines of all scenario modules, in order of module and table, each once."""
    held = (entry for entry in _shipped() if isinstance(entry, Legal))
    return tuple({each.scenario.name: each for each in held}.values())


def _shipped() -> Iterator[Entry]:
    for path in sorted(SCENARIOS.glob("test_*.py")):
        yield from _entries(path)
