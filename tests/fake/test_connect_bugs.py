"""Every bug planted in Kafka Connect is found by the anomaly that it must cause."""

import pytest

from harness.api import Scenario
from harness.backends.fake.bugs.bug import BUGS
from harness.history.load import load
from tests.fake.conftest import RunFake
from tests.fake.connect_bugs import CALM, GROWING, RESTARTED, SCENARIOS, SHRINKING, WITHOUT_KEY

SEEDS = (1, 2)
CALM_ONES = (CALM, GROWING, RESTARTED, SHRINKING, WITHOUT_KEY)
PLANTINGS = [(bug, kind) for bug in SCENARIOS for kind in BUGS[bug].shows]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "scenario", [CALM, GROWING, RESTARTED, SHRINKING, WITHOUT_KEY], ids=lambda each: each.name
)
def test_without_a_bug_nothing_is_found(run_fake: RunFake, scenario: Scenario, seed: int) -> None:
    run = run_fake(scenario, seed)
    run.must_be_valid()
    assert not any(finding.counts for finding in run.verdict.findings)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("bug", "kind"), PLANTINGS)
def test_a_planted_bug_is_found(run_fake: RunFake, bug: str, kind: str, seed: int) -> None:
    run_fake(SCENARIOS[bug], seed, bug).must_show(kind)


def test_the_same_seed_gives_the_same_run(run_fake: RunFake) -> None:
    one, two = (load(run_fake(RESTARTED, 7).folder.history) for _ in range(2))
    assert one.operations.equals(two.operations)
    assert one.flow.events.equals(two.flow.events)
    assert len(one.flow.events) > 500
