"""Scenarios by name: each `Scenario` of a module, by itself or in a table of its module."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from harness.engine.catalogue.scenario_modules import values_of
from harness.kit.errors import UsageError
from harness.model.control import Control
from harness.model.legal import Legal
from harness.model.scenario import Scenario
from harness.model.semantics import Line
from harness.shipped import SCENARIOS

T = TypeVar("T")


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
        raise UsageError(f"there is no scenario {name!r}; known: {', '.join(known) or 'none'}")
    return known[name]


def scenarios_of(path: Path) -> tuple[Scenario, ...]:
    """The scenarios that the module at `path` holds, in order of writing, each once.

    It holds a `Scenario` by itself, in a `Line`, or in a tuple or list of `Scenario`, of `Control`
    or of `Legal`.

    Raises:
        UsageError: the module cannot be loaded, or two of its scenarios have one name.
    """
    values = [each.scenario if isinstance(each, Line) else each for each in values_of(path)]
    twins = [twin for each in _tabled(values, Control) for twin in (each.good, each.bad)]
    exam = [each.scenario for each in _tabled(values, Legal)]
    alone = [value for value in values if isinstance(value, Scenario)]
    found = [*alone, *_tabled(values, Scenario), *twins, *exam]
    return tuple(_by_name(found, path).values())


def _by_name(found: Iterable[Scenario], where: Path) -> dict[str, Scenario]:
    """Scenarios by name; one that stands in several places is one."""
    named: dict[str, Scenario] = {}
    for each in found:
        if not isinstance(each.name, str):
            raise UsageError(f"{where}: the name of a scenario is a text, got {each.name!r}")
        if named.setdefault(each.name, each) != each:
            raise UsageError(
                f"two scenarios in {where} are named {each.name!r}; give each a name of its own"
            )
    return named


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
    """What tuples and lists among `values` hold of that kind."""
    for value in values:
        if isinstance(value, tuple | list):
            yield from (each for each in value if isinstance(each, kind))
