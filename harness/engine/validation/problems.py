"""What a rule says: one problem as one sentence, without the name of the scenario."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import TypeAlias

from harness.engine.validation.scalars import shown
from harness.model.scenario import Scenario

Problems: TypeAlias = Iterator[str]
Rule: TypeAlias = Callable[[Scenario], Problems]
LISTED_MAX = 30


def unknown(noun: str, name: object, where: str, known: Iterable[str]) -> str:
    """The sentence on a name that nothing has.

    Args:
        noun: what it should name: `topic`.
        name: as the scenario gives it.
        where: the part of the scenario that uses it: `consumer 'billing'`.
        known: what it may be; of very many, those that are spelled alike are listed.
    """
    names = sorted(known)
    if len(names) > LISTED_MAX:
        alike = get_close_matches(str(name), names)
        hint = f"did you mean {' or '.join(alike)}?" if alike else f"{len(names)} are known"
    else:
        plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        hint = f"known {plural}: {', '.join(names) or 'none'}"
    return f"unknown {noun} {shown(name)} in {where}; {hint}"


def unless_known(noun: str, name: object, where: str, known: Iterable[str]) -> Problems:
    """`unknown`, when it is."""
    names = frozenset(known)
    if name not in names:
        yield unknown(noun, name, where, names)


def used_twice(names: Iterable[str], what: str) -> Problems:
    """A problem for each name that several have.

    Args:
        names: of all.
        what: they are, in the plural: `steps`.
    """
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        (twice if name in seen else seen).add(name)
    for name in sorted(twice):
        yield f"two {what} are named {name!r}; give them different names"
