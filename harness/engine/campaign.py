"""Scenarios under several seeds, one run after the other, on as few boots as possible."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harness.engine.run import Run, run_scenario
from harness.engine.stacks.pool import StackPool
from harness.kit.errors import (
    HarnessError,
    ImageBuildError,
    NoDiskError,
    NoDockerError,
    UsageError,
)
from harness.model.scenario import Scenario

FINAL = (UsageError, NoDockerError, NoDiskError, ImageBuildError)
"""What would end the next run as well."""


def seeds_from(first: int, runs: int) -> tuple[int, ...]:
    """The seeds of that many runs: in a row, as `pytest --runs` gives them."""
    return tuple(range(first, first + runs))


def campaign(
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    pool: StackPool,
    reports: Path,
    *,
    tell: Callable[[str], None],
) -> Iterator[tuple[Scenario, int, Run | str]]:
    """Run every scenario under every seed; answers with each run, or with why there is none.

    Those that need the same stack come one after the other, so that each stack is booted once.
    """
    digests = [scenario.topology.digest for scenario in scenarios]
    order = sorted(range(len(scenarios)), key=lambda at: digests.index(digests[at]))
    for scenario in (scenarios[at] for at in order):
        for seed in seeds:
            tell(f"{scenario.name}, seed {seed}")
            try:
                yield scenario, seed, run_scenario(scenario, seed, pool, reports, tell=tell)
            except FINAL:
                raise
            except HarnessError as error:
                tell(f"{scenario.name}, seed {seed}: {error}")
                yield scenario, seed, str(error)
