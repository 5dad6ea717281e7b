"""The main job in two runs: a known-good scenario and its known-bad twin on one stack."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.engine.catalogue import find
from harness.engine.run import Run, run_scenario
from harness.engine.stacks import StackPool
from harness.model.verdict import Validity

GOOD, BAD, ANOMALY = "k-ack1", "k-ack1-bad", "lost-write"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration came to, as lines for people."""

    lines: tuple[str, ...]
    as_expected: bool


def demonstrate(pool: StackPool, seed: int, reports: Path, *, tell: Callable[[str], None]) -> Shown:
    """Run both twins with the same seed."""
    runs: list[Run] = []
    for name in (GOOD, BAD):
        scenario = find(name)
        tell(f"{name}: {scenario.about}")
        runs.append(run_scenario(scenario, seed, pool, reports, tell=tell))
    good, bad = (run.verdict for run in runs)
    as_expected = good.validity is Validity.VALID and (
        bad.validity is Validity.INVALID and bad.shows(ANOMALY)
    )
    lines = [f"{run.verdict.headline}\n    report: {run.folder.report}" for run in runs]
    last = "As it must be." if as_expected else "NOT as it must be: see the reports."
    return Shown((*lines, last), as_expected)
