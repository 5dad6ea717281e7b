"""Scenarios by name: each `Scenario` of a module, also in a `Line`, a `Control` or a `Legal`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from harness.engine.scenario_modules import values_of
from harness.kit.errors import UsageError
from harness.model.control import Control
from harness.model.legal import Legal
from harness.model.scenario import Scenario
from harness.model.semantics import Line
from harness.shipped import SCENARIOS

T = TypeVar("T")


def scenarios(folder: Path = SCENARIOS) -> dict[str, Scenario]:
    """All scenarios of the modules `test_*.py` in `folder`, in order of name."""
    found: dict[str, Scenario] = {}
    for path in sorted(folder.glob("test_*.py")):
        for scenario in scenarios_of(path):
            other = found.setdefault(scenario.name, scenario)
            if other != scenario:
                raise UsageError(f"two scenarios in {folder} are named {scenario.name!r}")
    return dict(sorted(found.items()))


def find(name: str, folder: Path = SCENARIOS) -> Scenario:
    """The scenario of that name.

    Raises:
        UsageError: there is none; lists what there is.
    """
    known = scenarios(folder)
    if name not in known:
        raise UsageError(f"there is no scenario {name!r}; known: {', '.join(known) or 'none'}")
    return known[name]


def scenarios_of(path: Path) -> tuple[Scenario, ...]:
    """The scenarios that the module at `path` holds, in order of writing, each once.

    It holds a `Scenario` by itself, in a `Line`, or in a tuple of `Control` or of `Legal`.
    """
    values = [each.scenario if isinstance(each, Line) else each for each in values_of(path)]
    twins = [twin for each in _tabled(values, Control) for twin in (each.good, each.bad)]
    exam = [each.scenario for each in _tabled(values, Legal)]
    alone = [value for value in values if isinstance(value, Scenario)]
    return tuple({each.name: each for each in (*alone, *twins, *exam)}.values())


def lines_of(path: Path) -> tuple[Line, ...]:
    """The lines at the top level of the module at `path`, in order of writing."""
    return tuple(value for value in values_of(path) if isinstance(value, Line))


def controls() -> tuple[Control, ...]:
    """The controls of all scenario modules, in order of module and writing, each once."""
    paths = sorted(SCENARIOS.glob("test_*.py"))
    held = (each for path in paths for each in _tabled(values_of(path), Control))
    return tuple({each.id: each for each in held}.values())


def exam() -> tuple[Legal, ...]:
    """The legal pipelines of all scenario modules, in order of module and writing, each once."""
    paths = sorted(SCENARIOS.glob("test_*.py"))
    held = (each for path in paths for each in _tabled(values_of(path), Legal))
    return tuple({each.scenario.name: each for each in held}.values())


def _tabled(values: Iterable[object], kind: type[T]) -> Iterator[T]:
    """What tuples among `values` hold of that kind."""
    for value in values:
        if isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, kind))
