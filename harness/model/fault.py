"""Faults as values: what to break, on which role, and when.

A fault is named by its kind (`process.kill`); its settings are checked against the settings type
of that kind when a scenario is compiled, so a plan can be read where the fault's code is not.
"""

from collections.abc import Iterator, Sequence

import msgspec

from harness.model.conditions import WaitCondition
from harness.model.ports.surroundings import Probe, Surroundings
from harness.model.ranges import Fraction, Limit, Title
from harness.model.roles import Role, SameAs
from harness.model.value import Settings, Value


class FaultSpec(Value, frozen=True, kw_only=True, tag="inject", tag_field="do"):
    """One fault: its kind, its target, its settings (checked by the kind)."""

    kind: str
    target: Role
    settings: Settings = {}


class Heal(Value, frozen=True, kw_only=True, tag="heal", tag_field="do"):
    """Heal, in mid-run, the fault that the step named `step` injected."""

    step: str


class OneOf(Value, frozen=True, kw_only=True, tag="one-of", tag_field="do"):
    """Inject one of these faults, which the seed draws; a plan has none of it left."""

    choices: tuple[FaultSpec, ...]


class After(Value, frozen=True, kw_only=True):
    """When a step begins, counted since the step before it was done (or since chaos began).

    All conditions must be met. When they are not within `limit_s` the step begins anyway, and the
    run records that. `spread` lets the seed vary counts and seconds by up to that fraction.
    """

    conditions: tuple[WaitCondition, ...] = ()
    limit_s: Limit = 30.0
    spread: Fraction = 0.0

    @property
    def patience_s(self) -> float:
        """The limit, which leaves the time for conditions that are about time alone."""
        return max(self.limit_s, *(each.least_s + 1 for each in self.conditions), 1)

    def varied(self, factor: float) -> "After":
        """With counts and seconds times `factor`, and nothing left to vary."""
        conditions = tuple(each.varied(factor) for each in self.conditions)
        return msgspec.structs.replace(self, conditions=conditions, spread=0.0)

    def probe(self, seen: Surroundings) -> Probe:
        """A probe for all conditions."""
        probes = tuple(each.probe(seen) for each in self.conditions)
        return lambda: next(filter(None, (probe() for probe in probes)), None)

    def phrase(self, entry: str) -> str:
        """When it is, as a phrase; `entry` is how data enters a run: a send, a write."""
        phrases = [each.phrase(entry) for each in self.conditions]
        return f"after {' and '.join(phrases)}" if phrases else "at once"


class Step(Value, frozen=True, kw_only=True):
    """One entry of a scenario or a plan: when, and what; None waits and lets traffic go on."""

    name: Title
    after: After
    deed: FaultSpec | Heal | OneOf | None = None

    @property
    def fault(self) -> FaultSpec | None:
        """The fault that it injects."""
        return self.deed if isinstance(self.deed, FaultSpec) else None

    @property
    def faults(self) -> tuple[FaultSpec, ...]:
        """The fault that it injects, or all that it may be."""
        match self.deed:
            case FaultSpec():
                return (self.deed,)
            case OneOf():
                return self.deed.choices
            case _:
                return ()

    @property
    def heals(self) -> str | None:
        """The step whose fault it heals."""
        return self.deed.step if isinstance(self.deed, Heal) else None


def meant(role: Role, before: Sequence[Step]) -> Iterator[Role]:
    """The role itself, or those of the step among `before` that it says the same as."""
    if not isinstance(role, SameAs):
        yield role
        return
    for number, step in enumerate(before):
        if step.name == role.step:
            for spec in step.faults:
                yield from meant(spec.target, before[:number])
