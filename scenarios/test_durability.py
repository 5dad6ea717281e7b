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
    followers,
    leader,
    metadata,
    same_as,
    worse,
)
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.claim("durability")]

ORDERS = Topic(name="orders", settings={"min.insync.replicas": 2})
READER = Consumers(name="reader", topic="orders", mode="assigned")
BILLING = Consumers(name="billing", topic="orders", count=2, mode="group")
SAFE = Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True})

LEADER_DIES_AHEAD = Scenario(
    name="k-ack1",
    about="The leader acknowledges what its stalled followers do not have yet, then dies",
    claims=("durability",),
    workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(READER,)),
    steps=(
        after(acks=100, spread=0.5).pause(followers("orders")),
        after(acks=200, limit_s=1.5).kill(leader("orders")),
        after().heal("pause"),
        after(acks=100).heal("kill"),
    ),
    aftermath_acks=100,
)
LEADER_DIES_AHEAD_ACKS_1 = worse(
    LEADER_DIES_AHEAD,
    "k-ack1-bad",
    "acks=1: the leader alone acknowledges",
    producers={"acks": "1", "enable.idempotence": False},
)

LEADER_SILENT = Scenario(
    name="k-ack0",
    about="The leader stops reading its socket, then dies with what is in there",
    claims=("durability",),
    workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(READER,)),
    steps=(
        after(acks=100, spread=0.5).pause(leader("orders")),
        after(sends=300, seconds=1).kill(same_as("pause")),
        after(acks=100).heal("kill"),
    ),
    aftermath_acks=100,
)
LEADER_SILENT_ACKS_0 = worse(
    LEADER_SILENT,
    "k-ack0-bad",
    "acks=0: nobody acknowledges, the client believes",
    producers={"acks": "0", "enable.idempotence": False},
)

LAST_REPLICA_DIES = Scenario(
    name="k-unclean",
    about="Two followers die, the leader goes on alone and dies, an old follower comes back first",
    claims=("durability",),
    workload=LogWorkload(
        topics=(Topic(name="orders", settings={"min.insync.replicas": 1}),),
        producers=(SAFE,),
        consumers=(READER,),
    ),
    steps=(
        after(acks=100, spread=0.5).kill(followers("orders"), name="kill-followers"),
        after(acks=200, limit_s=20).kill(leader("orders"), name="kill-leader"),
        after(seconds=1).heal("kill-followers"),
        after(acks=100, limit_s=12).heal("kill-leader"),
    ),
    aftermath_acks=100,
)
LAST_REPLICA_DIES_UNCLEAN = worse(
    LAST_REPLICA_DIES,
    "k-unclean-bad",
    "unclean.leader.election.enable=true: a replica without the records may lead",
    topics={"unclean.leader.election.enable": True},
)

DISK_LOST = Scenario(
    name="k-rf1",
    about="A broker loses its disk",
    claims=("durability",),
    workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(READER,)),
    steps=(after(acks=200, spread=0.5).wipe(leader("orders")), after(seconds=1).heal("wipe")),
    aftermath_acks=100,
)
DISK_LOST_RF_1 = worse(
    DISK_LOST,
    "k-rf1-bad",
    "replication factor 1: the only copy is on that disk",
    topics={"min.insync.replicas": 1},
    replicas=1,
)

LEADER_CUT_OFF = Scenario(
    name="k-partition",
    about="The network cuts the leader off from all but its clients, who go on writing to it",
    claims=("durability",),
    workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(READER,)),
    steps=(
        after(acks=100, spread=0.5).isolate(leader("orders"), metadata=True),
        after(acks=300, seconds=12).heal("isolate"),
    ),
    aftermath_acks=100,
)
LEADER_CUT_OFF_ACKS_1 = worse(
    LEADER_CUT_OFF,
    "k-partition-bad",
    "acks=1: a leader that nobody else follows any more still acknowledges",
    producers={"acks": "1", "enable.idempotence": False},
)

EXIT_WITHOUT_FLUSH = Scenario(
    name="p-noflush",
    about="An application that believes produce() ends",
    claims=("durability",),
    workload=LogWorkload(
        topics=(ORDERS,),
        producers=(
            Producers(
                topic="orders",
                settings={"acks": "all", "enable.idempotence": True, "linger.ms": 1000},
                belief="enqueue",
            ),
        ),
    ),
)
EXIT_WITHOUT_FLUSH_BAD = worse(
    EXIT_WITHOUT_FLUSH,
    "p-noflush-bad",
    "the application exits without flush()",
    ending="leave",
)

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

METADATA_DOWN = Scenario(
    name="metadata-down",
    about="Whoever keeps the metadata, ZooKeeper or the KRaft controllers, is gone for 20 seconds",
    claims=("durability", "ordering", "no-duplicates", "integrity", "reading"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=3),), producers=(SAFE,), consumers=(READER,)
    ),
    steps=(after(acks=200, spread=0.5).kill(metadata()), after(seconds=20).heal("kill")),
    aftermath_acks=200,
)


NEW_DISK_DOES_NOT_LEAD = pytest.mark.kafka_3_only(
    "a replica whose broker crashed is no longer in sync, and none is elected that comes back on "
    "another disk: the only replica's partition has no leader, where it used to lead from nothing"
)


@pytest.mark.parametrize(
    "scenario",
    [
        LEADER_DIES_AHEAD,
        LEADER_SILENT,
        LAST_REPLICA_DIES,
        DISK_LOST,
        LEADER_CUT_OFF,
        EXIT_WITHOUT_FLUSH,
    ],
    ids=lambda scenario: scenario.name,
)
def test_acknowledged_records_survive(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly"),
    [
        (LEADER_DIES_AHEAD_ACKS_1, "lost-write"),
        (LEADER_SILENT_ACKS_0, "lost-write"),
        (LAST_REPLICA_DIES_UNCLEAN, "lost-write"),
        pytest.param(DISK_LOST_RF_1, "lost-write", marks=NEW_DISK_DOES_NOT_LEAD),
        (LEADER_CUT_OFF_ACKS_1, "lost-write"),
        (EXIT_WITHOUT_FLUSH_BAD, "unsent"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_one_setting_worse_loses_them(
    scenario: Scenario, anomaly: str, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show(anomaly)


@pytest.mark.parametrize(
    "scenario",
    [ROLLING_RESTART, MISHAPS, CONTROLLER_PAUSE, METADATA_DOWN],
    ids=lambda scenario: scenario.name,
)
def test_routine_failures_cost_nothing(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()
