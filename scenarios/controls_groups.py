"""Controls of what consumer groups promise."""

import msgspec

from harness.api import (
    Consumers,
    Control,
    LogWorkload,
    Producers,
    Scenario,
    Topic,
    Topology,
    after,
    after_rebalance,
    coordinator,
    member,
    worse,
)
from harness.model.value import Settings

from .controls_metadata import on

CLAIMS = ("durability", "ownership", "committed-offsets", "resumption")
ORDERS = Topic(name="orders", partitions=6)
SAFE = Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True})

LATE_GROUP = Scenario(
    name="c-latest",
    about="A new group subscribes to a topic that already holds records",
    claims=CLAIMS,
    workload=LogWorkload(
        topics=(Topic(name="orders"),),
        producers=(SAFE,),
        consumers=(
            Consumers(
                name="billing",
                topic="orders",
                late=True,
                settings={"auto.offset.reset": "earliest"},
            ),
        ),
    ),
    steps=(
        after(acks=200, spread=0.5).join(member("billing")),
        # What it is given first shows where it began.
        after_rebalance("billing", limit_s=10).go_on(name="joined"),
    ),
    aftermath_acks=200,
)

HANDLER_HANGS = Scenario(
    name="c-maxpoll",
    about="A handler takes ten seconds, and its member does not poll during that time",
    claims=(*CLAIMS, "sole-ownership"),
    workload=LogWorkload(
        topics=(ORDERS,),
        producers=(SAFE,),
        consumers=(
            Consumers(
                name="billing",
                topic="orders",
                count=2,
                commit="application",
                settings={"max.poll.interval.ms": 60_000},
            ),
        ),
    ),
    steps=(
        after(acks=300, spread=0.5).hang(member("billing", 0)),
        after(seconds=10).heal("hang"),
    ),
    aftermath_acks=500,
)

LOOKS_OFTEN: Settings = {"offsets.retention.check.interval.ms": 1000}

AWAY = Scenario(
    name="c-offsetexp",
    about="A group has no members for longer than a minute, and then goes on",
    claims=CLAIMS,
    topology=Topology(broker_settings=LOOKS_OFTEN),
    workload=LogWorkload(
        topics=(Topic(name="orders"),),
        producers=(msgspec.structs.replace(SAFE, rate_per_s=50),),
        consumers=(Consumers(name="billing", topic="orders", commit="application"),),
    ),
    steps=(
        after(acks=50, spread=0.5).leave(member("billing")),
        after(seconds=63).heal("leave"),
    ),
    aftermath_acks=50,
)

DISK_OF_OFFSETS = Scenario(
    name="c-offsetdisk",
    about="The broker that coordinates a group dies, and comes back with an empty disk",
    claims=CLAIMS,
    workload=LogWorkload(
        topics=(ORDERS,),
        # So slow that sends go on until members have come back to their coordinator.
        producers=(msgspec.structs.replace(SAFE, rate_per_s=200),),
        consumers=(
            Consumers(
                name="billing",
                topic="orders",
                count=2,
                commit="application",
                settings={"auto.offset.reset": "earliest"},
            ),
        ),
    ),
    steps=(
        after(acks=400, spread=0.3).wipe(coordinator("billing")),
        after(acks=200, seconds=2).heal("wipe"),
    ),
    aftermath_acks=1000,
)

GROUPS = (
    Control(
        id="C-OFFSETDISK",
        grade="D",
        good=DISK_OF_OFFSETS,
        bad=on(
            Topology(broker_settings={"offsets.topic.replication.factor": 1}),
            DISK_OF_OFFSETS,
            "c-offsetdisk-bad",
            "offsets.topic.replication.factor=1: no other broker has what a group committed",
        ),
        shows=("lost-commit", "committed-repeat"),
        forced="the group has committed in every partition before its coordinator loses its disk",
    ),
    Control(
        id="C-LATEST",
        grade="D",
        good=LATE_GROUP,
        bad=worse(
            LATE_GROUP,
            "c-latest-bad",
            "auto.offset.reset=latest, the default: a group without a position starts at the end",
            consumers={"auto.offset.reset": "latest"},
        ),
        shows=("uncommitted-skip",),
        forced="the group's only member subscribes when records are acknowledged",
        nightly=False,
    ),
    Control(
        id="C-MAXPOLL",
        grade="D",
        good=HANDLER_HANGS,
        bad=worse(
            HANDLER_HANGS,
            "c-maxpoll-bad",
            "max.poll.interval.ms=6000: another member gets the partitions of one that still "
            "processes them",
            consumers={"max.poll.interval.ms": 6_000},
        ),
        shows=("overlapping-ownership",),
        forced="the handler takes four seconds more than its member may stay away, and the other "
        "member polls all the while",
    ),
    Control(
        id="C-OFFSETEXP",
        grade="D",
        good=AWAY,
        bad=on(
            Topology(broker_settings={**LOOKS_OFTEN, "offsets.retention.minutes": 1}),
            AWAY,
            "c-offsetexp-bad",
            "offsets.retention.minutes=1: a coordinator forgets a group that has had no members "
            "for a minute",
        ),
        shows=("forgotten-commit", "committed-repeat"),
        forced="all members leave and stay away for the minute, which is the shortest that brokers "
        "accept, and for two looks of the coordinator more",
    ),
)
