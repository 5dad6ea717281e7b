"""Scenarios of the user: those of a file, and those of the folder that a command is run in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.engine.catalogue import scenarios as catalogue
from harness.engine.catalogue.scenarios import scenarios_of
from harness.kit.errors import UsageError
from harness.model.scenario import Scenario
from harness.shipped import CHECKOUT

PATTERNS = ("test_*.py", "*_test.py", "scenarios/**/*.py", "tests/**/*.py")
"""Where scenarios are looked for, from the folder that a command is run in."""
_USES_HARNESS = re.compile(r"^\s*(?:from|import)\s+harness\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Held:
    """A file, and the scenarios that it holds."""

    path: Path
    scenarios: tuple[Scenario, ...]


def resolve(reference: str, root: Path) -> Scenario:
    """The scenario that a command names.

    Args:
        reference: `FILE::NAME`; a `FILE.py` of one scenario; or a name, which is looked for in
            `root` first, then among the shipped scenarios.
        root: the folder that the command is run in.

    Raises:
        UsageError: there is none, or several; says what there is.
    """
    file, separator, name = reference.partition("::")
    if separator:
        return _of_that_name(file, name)
    return _only_one(file) if file.endswith(".py") else _by_name(reference, root)


def held_in(root: Path, places: Sequence[Path] = ()) -> Iterator[Held]:
    """Files that hold scenarios of the user's own, in order of path.

    Args:
        root: the folder that the command is run in; searched by `PATTERNS` when no place is given.
        places: files, and folders that are searched wholly.

    Raises:
        UsageError: a place does not exist, or a file that uses the harness cannot be imported.
    """
    for path in _named(places) if places else _found(root):
        if held := scenarios_of(path):
            yield Held(path, held)


def _named(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*.py") if _uses_harness(path))
        elif place.is_file():
            yield place
        else:
            raise UsageError(f"no file or folder {place}")


def _found(root: Path) -> list[Path]:
    """Files by `PATTERNS`; none of the harness's own checkout, whose scenarios are shipped."""
    if CHECKOUT is not None and root.resolve().is_relative_to(CHECKOUT):
        return []
    found = {path for pattern in PATTERNS for path in root.glob(pattern) if path.is_file()}
    return sorted(path for path in found if _uses_harness(path))


def _uses_harness(path: Path) -> bool:
    """Whether it may hold a scenario: no other file of the user's is imported."""
    return _USES_HARNESS.search(path.read_text(encoding="utf-8", errors="replace")) is not None


def _of_that_name(file: str, name: str) -> Scenario:
    held = {each.name: each for each in scenarios_of(_existing(file))}
    if name not in held:
        raise UsageError(f"unknown scenario {name!r} in {file}; known: {', '.join(held) or 'none'}")
    return held[name]


def _only_one(file: str) -> Scenario:
    held = scenarios_of(_existing(file))
    if not held:
        raise UsageError(f"{file} lists no scenario: add a table, SCENARIOS = (MINE,)")
    if len(held) > 1:
        names = ", ".join(each.name for each in held)
        choice = f"choose one: {file}::{held[0].name}"
        raise UsageError(f"{file} lists several scenarios: {names}; {choice}")
    return held[0]


def _existing(file: str) -> Path:
    path = Path(file)
    if path.suffix != ".py" or not path.is_file():
        raise UsageError(f"no scenario file {file}")
    return path


def _by_name(name: str, root: Path) -> Scenario:
    own = [(held.path, each) for held in held_in(root) for each in held.scenarios]
    shipped = catalogue.scenarios()
    named = [(path, each) for path, each in own if each.name == name]
    if not named and name not in shipped:
        known = ", ".join((*(each.name for _, each in own), *shipped))
        raise UsageError(f"unknown scenario {name!r}; known: {known}")
    if not named:
        return shipped[name]
    (path, chosen), *others = named
    for other, each in others:
        if each != chosen:  # a file may import it from another one
            raise UsageError(
                f"two scenarios are named {name!r}, in {path} and in {other}; "
                f"choose one: {path}::{name}"
            )
    return chosen
