"""Delivery semantics side by side: lines that promise different things, and what runs showed."""

from typing import Literal, TypeAlias, get_args

from harness.model.manifest import StackKind
from harness.model.scenario import Scenario
from harness.model.value import Value
from harness.model.verdict import Validity

Guarantee: TypeAlias = Literal[
    "no guarantee", "at-most-once", "at-least-once", "effectively-once", "exactly-once"
]
GUARANTEES: tuple[Guarantee, ...] = get_args(Guarantee)
"""From the weakest to the strongest."""
EffectName: TypeAlias = Literal["lost", "duplicated", "reordered", "aborted"]
"""What may become of a record; `aborted`: read although whoever wrote it took it back."""

SHOULD_SHOW: dict[Guarantee, tuple[EffectName, ...]] = {
    "no guarantee": ("lost", "duplicated"),
    "at-most-once": ("lost",),
    "at-least-once": ("duplicated",),
    "effectively-once": (),
    "exactly-once": (),
}
"""What the name of a guarantee allows, so that runs under faults should show it."""
RULED_OUT: dict[Guarantee, tuple[EffectName, ...]] = {
    "no guarantee": (),
    "at-most-once": ("duplicated",),
    "at-least-once": ("lost",),
    "effectively-once": ("lost", "duplicated"),
    "exactly-once": ("lost", "duplicated", "aborted"),
}
"""What the name of a guarantee rules out, where records end up."""


class Line(Value, frozen=True, kw_only=True):
    """One way to set up a pipeline, with the guarantee that it is meant to give.

    Lines that are compared run under the same steps and the same seeds.
    """

    guarantee: Guarantee
    path: str
    """What moves the records: `Connect`, `Python`."""
    how: str
    """The settings that make the guarantee, in one sentence."""
    scenario: Scenario

    @property
    def name(self) -> str:
        """The name of its scenario."""
        return self.scenario.name


class Sample(Value, frozen=True, kw_only=True):
    """What one run of a line showed, taken from its verdict."""

    run: str
    """Name of its run folder, beside the folder of the comparison."""
    seed: int
    validity: Validity
    headline: str
    unknowns: tuple[str, ...] = ()
    """Why it proves less than it should: what it did not find, it may have missed."""
    records: int
    """Records that could be lost: what producers sent, or the rows that a copy should hold."""
    at_the_end: dict[EffectName, dict[str, int]] = {}
    """By effect and kind of anomaly: how many, in the place where records end up."""
    on_the_way: dict[EffectName, dict[str, int]] = {}
    """The same, in the topics that lead there."""
    measured: dict[str, float] = {}
    """Statistics of the verdict that the comparison shows, by the names it gives them."""
    reasons: dict[str, tuple[str, ...]] = {}
    """By kind of anomaly: the settings that permit it, with the reason."""
    against: tuple[str, ...] = ()
    """Kinds of anomaly that contradict a claim of the line."""
    bugs: dict[str, str] = {}
    """By kind of anomaly: the known bug that explains it, with the trace that the run has of it."""


class Measured(Value, frozen=True, kw_only=True):
    """A line with everything that its runs showed."""

    name: str
    guarantee: Guarantee
    path: str
    how: str
    faults: tuple[str, ...]
    """What was broken in each run, in order."""
    sought: tuple[EffectName, ...]
    """What its traffic could show at all."""
    samples: tuple[Sample, ...]


class Semantics(Value, frozen=True, kw_only=True):
    """A comparison: lines under the same faults and seeds."""

    started_utc: str
    """When it began."""
    stack: StackKind
    seeds: tuple[int, ...]
    lines: tuple[Measured, ...]
    left_out: dict[str, str] = {}
    """Lines that the stack cannot run, with the reason."""
