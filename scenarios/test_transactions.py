"""Transactions: all of one is seen or nothing, whoever dies, aborts, stops or comes back."""

import pytest

from harness.api import (
    Role,
    Scenario,
    after,
    leader,
    transaction_coordinator,
)
from harness.plugin import RunScenario

from .controls_transactions import transactional

pytestmark = [
    pytest.mark.docker,
    pytest.mark.controls,
    pytest.mark.nightly,
    pytest.mark.claim("atomicity"),
]

CLAIMS = ("atomicity", "durability", "ordering", "no-duplicates", "integrity", "reading")


def broker_dies(name: str, about: str, broker: Role) -> Scenario:
    """A broker is killed under transactions, some of which are aborted."""
    return Scenario(
        name=name,
        about=about,
        claims=CLAIMS,
        workload=transactional(aborted=0.2),
        steps=(
            after(acks=200, spread=0.5).kill(broker),
            after(acks=200, limit_s=20).heal("kill"),
        ),
        aftermath_acks=100,
    )


LEADER_DIES = broker_dies(
    "txn-leader",
    "The leader of one of the partitions that transactions write to dies",
    leader("orders"),
)
COORDINATOR_DIES = broker_dies(
    "txn-coordinator",
    "The broker that coordinates a producer's transactions dies",
    transaction_coordinator("producer-0"),
)
ZOMBIES = Scenario(
    name="txn-zombie",
    about=(
        "During a transaction a second process takes over the id; the first continues and commits"
    ),
    claims=CLAIMS,
    workload=transactional(takeover_every=5),
    baseline_acks=400,
)

SCENARIOS = (LEADER_DIES, COORDINATOR_DIES, ZOMBIES)


@pytest.mark.parametrize(
    "scenario", [LEADER_DIES, COORDINATOR_DIES, ZOMBIES], ids=lambda each: each.name
)
def test_transactions_are_atomic(run_scenario: RunScenario, scenario: Scenario) -> None:
    run_scenario(scenario).must_be_valid()
