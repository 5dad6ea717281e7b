"""What a fault is, and the registry of all of them: no client is imported, since judges ask too.

A fault keeps no state of its own: whoever knows its kind, targets and settings can heal it, so a
harness that was killed can be cleaned up after from the ledger alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from harness.kit.clock import Clock
from harness.kit.registry import Registry
from harness.kit.waits import NotYet
from harness.model.fault import FaultSpec, Step
from harness.model.members import NOBODY
from harness.model.permission import Permission
from harness.model.ports.groups import Members
from harness.model.ports.powers import Services
from harness.model.ports.stack import Stack
from harness.model.roles import Member, Role, Service
from harness.model.scenario import Scenario
from harness.model.value import Value

S = TypeVar("S", bound=Value)
P = TypeVar("P")


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

    @property
    def services(self) -> Services:
        """The processes of the stack."""
        return self.stack.services

    def power(self, kind: type[P]) -> P:
        """A power over the stack, which the fault has named in `needs`."""
        return self.stack.power(kind)


class NoSettings(Value, frozen=True, kw_only=True):
    """For a fault without settings."""


class Fault(ABC, Generic[S]):
    """A way to break targets, to prove that they broke, and to mend them.

    It says of itself what scenarios and judges need to know of it, so that no other file has to.
    """

    settings: ClassVar[type[Value]] = NoSettings
    needs: ClassVar[tuple[type[Any], ...]] = ()
    """Powers over the stack that it uses, besides that over processes."""
    momentary: ClassVar[bool] = False
    """It is over when it has been injected: nothing to heal unless it was interrupted."""
    patience_s: ClassVar[float] = 10.0
    """Seconds until a fault without a confirming measurement counts as one without effect."""
    ends_process: ClassVar[bool] = False
    """Every target's process ends: what it holds in memory alone is gone."""
    speaks_to: ClassVar[str] = ""
    """The kind of service that it speaks to, such as `redis`; empty: any."""

    @abstractmethod
    def inject(self, injection: Injection[S], /) -> None:
        """Break the targets."""

    @abstractmethod
    def witness(self, injection: Injection[S], /) -> str | NotYet:
        """A measurement, in words, that the fault bit; NotYet while it cannot be seen."""

    def heal(self, injection: Injection[S], /) -> None:
        """Mend the targets; must not mind what is mended already. Here: nothing can be undone."""

    def wanted(self, role: Role) -> str | None:
        """What it targets instead of `role`; None when it can target that."""
        if self.speaks_to:
            fits = isinstance(role, Service) and role.name.startswith(self.speaks_to)
            return None if fits else f"service({self.speaks_to!r})"
        return "a service, not a member of a group" if isinstance(role, Member) else None

    def problems(self, _spec: FaultSpec, _scenario: Scenario) -> Iterator[str]:
        """What is wrong with the fault in a scenario, besides names and settings."""
        yield from ()

    def link(self, _spec: FaultSpec) -> "LinkNeed | None":
        """The link that it acts on, whose caller must have a way to the target; None: on none."""
        return None

    def permits(self, _spec: FaultSpec, _step: Step, _scenario: Scenario) -> Iterator[Permission]:
        """What it permits, whatever the settings, or under which of them."""
        yield from ()


class OfMembers(Fault[S]):
    """A fault of members of groups, which live in the harness: no other fault reaches them."""

    def wanted(self, role: Role) -> str | None:
        """Members only."""
        return None if isinstance(role, Member) else "member(...)"


@dataclass(frozen=True, slots=True)
class LinkNeed:
    """Whose way to the target must be there; a proxied one leads through a proxy."""

    caller: str
    proxied: bool


FAULTS: Registry[Fault[Any]] = Registry("fault", "harness.faults")


def fault(kind: str) -> Callable[[type[Fault[Any]]], type[Fault[Any]]]:
    """Register the class as the fault of that kind, by which scenarios name it."""

    def register(cls: type[Fault[Any]]) -> type[Fault[Any]]:
        FAULTS.add(kind, cls())
        return cls

    return register
