"""Durability: what was acknowledged is there in the end, whatever broke in between."""

import pytest

from harness.api import (
    Consumers,
    LogWorkload,
    Producers,
    Scenario,
    Topic,
    after,
    broker,
    brokers,
    controller,
    follower,
    metadata,
)
from harness.plugin import RunScenario, nightly

pytestmark = [pytest.mark.docker, pytest.mark.claim("durability")]

READER = Consumers(name="reader", topic="orders", mode="assigned")
BILLING = Consumers(name="billing", topic="orders", count=2, mode="group")
SAFE = Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True})

ROLLING_RESTART = Scenario(
    name="rolling-restart",
    about="Every broker is restarted in turn under load",
    claims=("durability", "ordering", "no-duplicates", "integrity"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=6),), producers=(SAFE,), consumers=(BILLING,)
    ),
    steps=(after(acks=200).rolling_restart(brokers()),),
    aftermath_acks=200,
)

CONTROLLER_PAUSE = Scenario(
    name="controller-pause",
    about="The controller freezes for longer than its session and comes back as a zombie",
    claims=("durability", "ordering", "no-duplicates", "integrity", "reading"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=3),), producers=(SAFE,), consumers=(READER,)
    ),
    steps=(after(acks=200, spread=0.5).pause(controller()), after(seconds=10).heal("pause")),
    aftermath_acks=200,
)

MISHAPS = Scenario(
    name="mishaps",
    about="Brokers are killed, stopped, slowed down and restarted, whichever the seed draws",
    claims=("durability", "ordering", "no-duplicates", "integrity"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=6), Topic(name="payments", partitions=2)),
        producers=(
            Producers(name="shop", topic="orders", count=2, settings=SAFE.settings),
            Producers(name="bank", topic="payments", count=2, settings=SAFE.settings),
        ),
        consumers=(BILLING, Consumers(name="audit", topic="payments", mode="assigned", count=2)),
    ),
    steps=(
        after(acks=200, spread=0.5).kill(broker()),
        after(acks=500).heal("kill"),
        after(whole=True, acks=500, spread=0.5).delay(broker(), latency_ms=300),
        after(acks=500).stop(broker()),
        after(acks=500).heal("stop"),
        after(whole=True, acks=500).restart(broker(), how="kill"),
    ),
    aftermath_acks=200,
)

FOLLOWER_PAUSE = Scenario(
    name="follower-pause",
    about="A follower freezes for 20 seconds and is out of sync when it comes back",
    claims=("durability", "ordering", "no-duplicates", "integrity", "reading"),
    workload=LogWorkload(topics=(Topic(name="orders"),), producers=(SAFE,), consumers=(READER,)),
    steps=(
        after(acks=200, spread=0.5).pause(follower("orders")),
        after(seconds=20).heal("pause"),
    ),
    aftermath_acks=200,
)

METADATA_DOWN = Scenario(
    name="metadata-down",
    about="ZooKeeper, or all KRaft controllers, are down for 20 seconds",
    claims=("durability", "ordering", "no-duplicates", "integrity", "reading"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=3),), producers=(SAFE,), consumers=(READER,)
    ),
    steps=(after(acks=200, spread=0.5).kill(metadata()), after(seconds=20).heal("kill")),
    aftermath_acks=200,
)

SCENARIOS = (ROLLING_RESTART, CONTROLLER_PAUSE, MISHAPS, FOLLOWER_PAUSE, METADATA_DOWN)


@pytest.mark.parametrize(
    "scenario",
    [ROLLING_RESTART, MISHAPS, CONTROLLER_PAUSE, METADATA_DOWN, nightly(FOLLOWER_PAUSE)],
    ids=lambda scenario: scenario.name,
)
def test_routine_failures_cost_nothing(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()
