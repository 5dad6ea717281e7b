"""How surely known-bad twins show their anomalies, and known-good ones nothing: counted over runs.

A run counts when its plan is what the scenario compiles to today under the run's seed, on whichever
cluster; so runs from before a change do not speak for what came after it. A run that is UNKNOWN
did not show what it must.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.checkers.verdict.consequences import beyond
from harness.engine.catalogue.scenarios import controls
from harness.engine.compile import compile_plan
from harness.kit.crashes import in_words
from harness.kit.errors import RunFolderError
from harness.model.control import Control, Grade
from harness.model.scenario import Plan, Scenario
from harness.model.verdict import Validity, Verdict
from harness.reporting.folder import RunFolder

LEAST: dict[Grade, float] = {"D": 1.0, "H": 0.9, "P": 0.0}
"""The share of a twin's runs that must show its anomaly."""
WORDS = {Validity.VALID: "yes", Validity.INVALID: "NO", Validity.UNKNOWN: "not run"}


@dataclass(slots=True)
class Runs:
    """The runs of one scenario."""

    right: int = 0
    """Those that came out as they must."""
    unknown: int = 0
    seconds: list[float] = field(default_factory=list)
    """How long each took on a stack that was up."""

    @property
    def all(self) -> int:
        """How many there are."""
        return len(self.seconds)


@dataclass(frozen=True, slots=True)
class Tally:
    """A control with the runs of both of its scenarios."""

    control: Control
    good: Runs
    bad: Runs

    @property
    def validity(self) -> Validity:
        """Whether no run of the known-good one showed anything, and enough of its twin's did."""
        enough = self.bad.right >= LEAST[self.control.grade] * self.bad.all
        if not enough or self.good.right < self.good.all:
            return Validity.INVALID
        return Validity.VALID if self.good.all and self.bad.all else Validity.UNKNOWN


def tally(
    folders: Iterable[RunFolder], stack: str, unreadable: list[str] | None = None
) -> tuple[Tally, ...]:
    """Every control with its runs among `folders` on that kind of stack.

    Runs without a verdict are of no control.

    Args:
        folders: of runs.
        stack: which of them count.
        unreadable: gets a line for each folder that cannot be read; it is of no control.
    """
    unread = [] if unreadable is None else unreadable
    tallies = tuple(Tally(control, Runs(), Runs()) for control in controls())
    by_name: dict[str, tuple[Scenario, tuple[str, ...], Runs]] = {}
    for each in tallies:
        by_name[each.control.good.name] = (each.control.good, (), each.good)
        by_name[each.control.bad.name] = (each.control.bad, each.control.shows, each.bad)
    for folder in folders:
        try:
            _count(folder, stack, by_name)
        except Exception as error:  # noqa: BLE001 - shield: one bad folder must not end the count
            said = str(error) if isinstance(error, RunFolderError) else in_words(error)
            unread.append(f"unreadable: {folder.name}: {said}")
    return tallies


def _count(
    folder: RunFolder, stack: str, by_name: Mapping[str, tuple[Scenario, tuple[str, ...], Runs]]
) -> None:
    """Count one run, when it speaks for today's scenario."""
    manifest, plan = folder.manifest(), folder.plan()
    if manifest.stack != stack or manifest.scenario not in by_name or not folder.has(Verdict):
        return
    today, shows, runs = by_name[manifest.scenario]
    if _drawn(plan) == _drawn(compile_plan(today, plan.seed)):
        verdict, length_s = folder.verdict(), manifest.length_s or 0.0
        runs.right += _is_right(verdict, shows)
        runs.unknown += verdict.validity is Validity.UNKNOWN
        runs.seconds.append(length_s)


def holds(tallies: Sequence[Tally]) -> Validity:
    """Whether all controls hold; UNKNOWN when no run speaks against one, and some were not run."""
    found = {each.validity for each in tallies}
    return next(one for one in (Validity.INVALID, Validity.UNKNOWN, Validity.VALID) if one in found)


def rows(tallies: Sequence[Tally]) -> Iterator[tuple[str, ...]]:
    """The table, its head first."""
    yield "control", "grade", "twin shows it", "known-good clean", "UNKNOWN", "longest", "holds"
    for each in tallies:
        spans = (*each.good.seconds, *each.bad.seconds)
        yield (
            each.control.id,
            each.control.grade,
            f"{each.bad.right} of {each.bad.all}",
            f"{each.good.right} of {each.good.all}",
            str(each.good.unknown + each.bad.unknown),
            f"{max(spans):.0f} s" if spans else "",
            WORDS[each.validity],
        )


def _is_right(verdict: Verdict, shows: tuple[str, ...]) -> bool:
    wanted = Validity.INVALID if shows else Validity.VALID
    shown = set(shows) <= set(verdict.counted)
    return verdict.validity is wanted and shown and not beyond(verdict, shows)


def _drawn(plan: Plan) -> tuple[object, ...]:
    return plan.scenario.workload, plan.scenario.steps, plan.scenario.claims, plan.streams
