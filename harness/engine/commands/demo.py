"""The main job in four runs: known-good scenarios and their known-bad twins."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.engine.catalogue.scenarios import find
from harness.engine.run import Run, run_scenario
from harness.engine.stacks.pool import StackPool
from harness.model.verdict import Validity

PAIRS = (("k-ack1", "k-ack1-bad", "lost-write"), ("e-leader", "e-leader-bad", "resurrected-row"))
"""A topic and a whole pipeline: a scenario, its known-bad twin, and what that must show."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration came to, as lines for people."""

    lines: tuple[str, ...]
    as_expected: bool


def demonstrate(pool: StackPool, seed: int, reports: Path, *, tell: Callable[[str], None]) -> Shown:
    """Run each pair of twins with the same seed."""
    lines: list[str] = []
    as_expected = True
    for *names, anomaly in PAIRS:
        if pool.lacks(find(names[0])):
            continue
        good, bad = (_run(each, pool, seed, reports, tell=tell) for each in names)
        as_expected &= good.verdict.validity is Validity.VALID
        as_expected &= bad.verdict.validity is Validity.INVALID and bad.verdict.shows(anomaly)
        lines += [f"{run.verdict.headline}\n    report: {run.folder.report}" for run in (good, bad)]
    last = (
        "All verdicts are as expected."
        if as_expected
        else "A verdict is NOT as expected: see the reports."
    )
    return Shown((*lines, last), as_expected)


def _run(
    name: str, pool: StackPool, seed: int, reports: Path, *, tell: Callable[[str], None]
) -> Run:
    scenario = find(name)
    tell(f"{name}: {scenario.about}")
    return run_scenario(scenario, seed, pool, reports, tell=tell)
