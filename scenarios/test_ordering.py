"""Ordering and duplicates: each producer's records stand once, and in its order."""

import pytest

from harness.api import Consumers, LogWorkload, Producers, Scenario, Topic, after, leader, worse
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.claim("ordering")]

LEADER_STALLS = Scenario(
    name="p-pausedup",
    about="The leader stalls for longer than the client waits; retry and original both land",
    claims=("durability", "ordering", "no-duplicates"),
    workload=LogWorkload(
        topics=(Topic(name="orders"),),
        producers=(
            Producers(
                topic="orders",
                settings={
                    "acks": "all",
                    "enable.idempotence": True,
                    "socket.timeout.ms": 1000,
                    "retry.backoff.ms": 100,
                },
            ),
        ),
        consumers=(Consumers(name="reader", topic="orders", mode="assigned"),),
    ),
    steps=(
        after(acks=200, spread=0.5).pause(leader("orders")),
        after(seconds=3).heal("pause"),
    ),
    aftermath_acks=200,
)
LEADER_STALLS_NOT_IDEMPOTENT = worse(
    LEADER_STALLS,
    "p-pausedup-bad",
    "enable.idempotence=false: the broker cannot tell a retry from a new record",
    producers={"enable.idempotence": False},
)


def test_an_idempotent_producer_lands_once_and_in_order(run_scenario: RunScenario) -> None:
    run_scenario(LEADER_STALLS).must_be_valid()


def test_without_idempotence_retries_land_twice(run_scenario: RunScenario) -> None:
    run_scenario(LEADER_STALLS_NOT_IDEMPOTENT).must_show("duplicate")
