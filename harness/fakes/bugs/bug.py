"""What a bug is, the registry of all of them, and the dice that makes them rare but certain."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from harness.fakes.seams import Seams
from harness.kit.registry import Registry

Plant: TypeAlias = Callable[[Seams, "Dice"], None]


@dataclass(frozen=True, slots=True)
class Bug:
    """A way to be wrong.

    `shows` is the kind of anomaly that must be found; there may be others beside it.
    """

    about: str
    shows: str
    plant: Plant


BUGS: Registry[Bug] = Registry("bug", "harness.fakes.bugs")


def bug(name: str, *, shows: str) -> Callable[[Plant], Plant]:
    """Register the function as the bug of that name; its docstring says what goes wrong."""

    def register(plant: Plant) -> Plant:
        BUGS.add(name, Bug(about=(plant.__doc__ or "").strip(), shows=shows, plant=plant))
        return plant

    return register


class Dice:
    """Says yes to one chance in about fifty, and to the first one soon.

    A chance is a place where the bug could strike; a bug asks only where it would be seen.
    """

    FIRST = (5, 20)
    NEXT = (30, 70)

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = random.randint(*self.FIRST)

    def strikes(self) -> bool:
        """Whether the bug strikes at this chance."""
        self._left -= 1
        if self._left > 0:
            return False
        self._left = self._random.randint(*self.NEXT)
        return True
