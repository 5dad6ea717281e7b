"""What a fault is, and the registry of all of them.

A fault keeps no state of its own: whoever knows its kind, targets and settings can heal it, so a
harness that was killed can be cleaned up after from the ledger alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar

from harness.kit.clock import Clock
from harness.kit.registry import Registry
from harness.kit.waits import NotYet
from harness.model.members import NOBODY
from harness.model.ports.groups import Members
from harness.model.ports.stack import Stack
from harness.model.value import Value

S = TypeVar("S", bound=Value)


@dataclass(frozen=True, slots=True)
class Injection(Generic[S]):
    """One fault on its targets: what inject, witness and heal are given.

    `members` are consumers of the run; a fault that is undone later finds none of them.
    `seen` is what inject measured of a target at the moment of the fault, for a witness that comes
    too late to measure it; heal must do without.
    """

    stack: Stack
    targets: tuple[str, ...]
    settings: S
    clock: Clock
    members: Members = NOBODY
    seen: dict[str, str] = field(default_factory=dict)


class Fault(Protocol[S]):
    """A way to break targets, to prove that they broke, and to mend them.

    `momentary` faults are over when they have been injected; there is nothing to heal unless
    they were interrupted.
    """

    settings: ClassVar[type[Value]]
    momentary: ClassVar[bool]

    def inject(self, injection: Injection[S], /) -> None:
        """Break the targets."""

    def witness(self, injection: Injection[S], /) -> str | NotYet:
        """A measurement, in words, that the fault bit; NotYet while it cannot be seen."""

    def heal(self, injection: Injection[S], /) -> None:
        """Mend the targets; must not mind what is mended already."""


class NoSettings(Value, frozen=True, kw_only=True):
    """For a fault without settings."""


FAULTS: Registry[Fault] = Registry("fault", "harness.faults")  # type: ignore[type-arg]


PATIENCE_S: dict[str, float] = {}
"""By kind of fault: how many seconds it is given to show that it bit."""


def fault(kind: str, *, patience_s: float = 10.0) -> Callable[[type[Fault]], type[Fault]]:  # type: ignore[type-arg]
    """Register the class as the fault of that kind.

    Args:
        kind: its name in scenarios.
        patience_s: seconds until a fault that nobody has witnessed counts as one that did not bite.
    """

    def register(cls: type[Fault]) -> type[Fault]:  # type: ignore[type-arg]
        FAULTS.add(kind, cls())
        PATIENCE_S[kind] = patience_s
        return cls

    return register
