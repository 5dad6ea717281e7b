"""What the tests of this folder share: a small project that uses the plugin, and its runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.backends.fake.bugs.bug import BUGS
from harness.checkers.checker import CHECKERS
from harness.faults.fault import FAULTS
from harness.reporting.folder import RunFolder, run_folders
from harness.systems.blueprint import SERVICE_KINDS

SCENARIOS = """
from harness.api import (
    Consumers, Limits, LogWorkload, Producers, Scenario, Topic, Topology, after, broker, worse
)

GOOD = Scenario(
    name="good",
    about="A broker dies and comes back",
    claims=("durability",),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=2),),
        producers=(
            Producers(
                topic="orders",
                settings={"acks": "all", "enable.idempotence": True, "linger.ms": 500},
                belief="enqueue",
            ),
        ),
        consumers=(Consumers(name="reader", topic="orders", mode="assigned"),),
    ),
    steps=(
        after(acks=50, spread=0.5).kill(broker()),
        after(acks=50, seconds=3).heal("kill"),
    ),
)
BAD = worse(GOOD, "bad", "The application exits without flush()", ending="leave")
SCENARIOS = (GOOD, BAD)
"""


@pytest.fixture(scope="session")
def registries() -> None:
    """Fill every registry, since pytester forgets modules that were first imported inside of it."""
    for registry in (BUGS, CHECKERS, FAULTS, SERVICE_KINDS):
        list(registry)


@pytest.fixture
def project(registries: None, pytester: pytest.Pytester) -> pytest.Pytester:  # noqa: ARG001
    """An empty project that loads the plugin, with the scenarios GOOD and BAD."""
    pytester.makeconftest('pytest_plugins = ["harness.plugin"]')
    pytester.makepyfile(mine=SCENARIOS)
    pytester.syspathinsert()
    return pytester


@pytest.fixture
def runs(project: pytest.Pytester) -> Callable[[str], list[RunFolder]]:
    """The run folders under a reports folder of the project, oldest first."""

    def under(reports: str = "reports") -> list[RunFolder]:
        found = run_folders(Path(project.path, reports))
        return sorted(found, key=lambda run: run.manifest().started_utc)

    return under
