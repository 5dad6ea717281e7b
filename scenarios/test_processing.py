"""Processing: each record of a topic has its effect once, whatever happens to whom it is handed."""

import pytest

from harness.api import Scenario, after, brokers, leader, worker
from harness.plugin import RunScenario

from .controls_processing import (
    EXACTLY_ONCE,
    FEW_ORDERS,
    NOTHING_IS_LEFT_OUT,
    enrich,
    pool,
    workload,
)

pytestmark = [
    pytest.mark.docker,
    pytest.mark.controls,
    pytest.mark.nightly,
    pytest.mark.claim("processing"),
]

LANES = Scenario(
    name="c-lanes",
    about=(
        "Multi-threaded workers start at given offsets; one dies with a record held by a "
        "stalled thread, the other freezes for longer than its session"
    ),
    claims=NOTHING_IS_LEFT_OUT,
    workload=workload(pool(start=50), FEW_ORDERS),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after(results=200).kill(worker("enrich")),
        after(results=100).heal("kill"),
        after(results=50).heal("hold"),
        after(results=100).pause(worker("enrich", 1)),
        after(seconds=5).heal("pause"),
    ),
    aftermath_acks=100,
)

BROKERS_DIE = Scenario(
    name="p-exactlyonce",
    about="The leader of the results dies, then every broker in turn, coordinators among them",
    claims=EXACTLY_ONCE,
    workload=workload(enrich("transaction")),
    steps=(
        after(results=100, spread=0.5).kill(leader("enriched")),
        after(results=300, limit_s=20).heal("kill"),
        after(whole=True, limit_s=30).rolling_restart(brokers(), how="kill"),
    ),
    aftermath_acks=200,
)

SCENARIOS = (LANES, BROKERS_DIE)


@pytest.mark.parametrize("scenario", [LANES, BROKERS_DIE], ids=lambda each: each.name)
def test_every_record_is_processed_as_claimed(
    run_scenario: RunScenario, scenario: Scenario
) -> None:
    run_scenario(scenario).must_be_valid()
