"""Whole runs on the fake stack: plan, traffic, faults, final read, checkers, report."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from harness.engine.run import Run, run_scenario
from harness.engine.stacks.fake import FakeStacks
from harness.model.scenario import Scenario

RunFake: TypeAlias = Callable[..., Run]


@pytest.fixture
def run_fake(tmp_path: Path) -> RunFake:
    """Run a scenario on a fake stack with bugs planted."""

    def run(scenario: Scenario, seed: int, *bugs: str) -> Run:
        pool = FakeStacks(bugs)
        return run_scenario(scenario, seed, pool, tmp_path, tell=lambda _line: None)

    return run
