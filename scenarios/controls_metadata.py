"""Controls of who keeps the cluster's metadata."""

import msgspec

from harness.api import (
    Consumers,
    Control,
    Limits,
    LogWorkload,
    Scenario,
    Topology,
    after,
    followers,
    leader,
    metadata,
)
from harness.model.value import Settings

from .controls_brokers import ORDERS, SAFE

# Where no cluster is left, a client that commits by itself waits for a coordinator when it closes.
READER = Consumers(
    name="reader", topic="orders", mode="assigned", settings={"enable.auto.commit": False}
)
TRAFFIC = LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(READER,))
# Where a log is emptied, what was read and not yet acknowledged is sent and read once more; these
# producers promise nothing else.
RETRYING = msgspec.structs.replace(SAFE, settings={"acks": "all", "enable.idempotence": False})


def on(topology: Topology, scenario: Scenario, name: str, about: str) -> Scenario:
    """The known-bad twin of a scenario on another stack."""
    return msgspec.structs.replace(
        scenario, name=name, about=about, topology=topology, twin_of=scenario.name
    )


def zookeeper(**settings: str | int) -> Settings:
    """Settings of the server."""
    return dict(settings)


METADATA_RESTARTED = Scenario(
    name="z-ephemeral",
    about="ZooKeeper is restarted, and a broker after it",
    claims=("durability", "recovery"),
    workload=TRAFFIC,
    steps=(
        after(acks=100, spread=0.5).kill(metadata()),
        after(acks=100).heal("kill"),
        after(acks=100, seconds=2).kill(leader("orders"), name="kill-leader"),
        after(seconds=1).heal("kill-leader"),
    ),
    aftermath_acks=100,
    limits=Limits(settle_s=12, drain_s=5),
)

FAST_FAILOVER = Scenario(
    name="z-minsession",
    about="A leader dies whose session is to end after three seconds",
    claims=("durability", "failover"),
    topology=Topology(broker_settings={"zookeeper.session.timeout.ms": 3000}),
    workload=TRAFFIC,
    steps=(
        after(acks=100, spread=0.5).kill(leader("orders")),
        after(acks=200).heal("kill"),
    ),
    aftermath_acks=100,
)

LAST_REPLICA_EMPTY = Scenario(
    name="k-minisr1-empty",
    about="Two followers are stopped, the last replica in sync loses its disk and comes back first",
    claims=("durability",),
    topology=Topology(metadata="kraft"),
    workload=msgspec.structs.replace(TRAFFIC, producers=(RETRYING,)),
    steps=(
        after(acks=200, spread=0.5).stop(followers("orders"), name="stop-followers"),
        after(seconds=1).wipe(leader("orders")),
        after(seconds=1).heal("wipe"),
        after(seconds=5).heal("stop-followers"),
    ),
    aftermath_acks=100,
)

METADATA = (
    Control(
        id="Z-EPHEMERAL",
        grade="D",
        good=METADATA_RESTARTED,
        bad=on(
            Topology(zookeeper_settings=zookeeper(dataDir="/dev/shm/zookeeper")),  # noqa: S108
            METADATA_RESTARTED,
            "z-ephemeral-bad",
            "dataDir in memory: after its restart ZooKeeper does not know the cluster",
        ),
        shows=("dead-service",),
        forced=(
            "memory does not outlive the process; the broker starts when ZooKeeper has already "
            "created a new cluster, whose id differs from the one on the broker's disk"
        ),
    ),
    Control(
        id="Z-MINSESSION",
        grade="D",
        good=FAST_FAILOVER,
        bad=on(
            Topology(
                broker_settings=FAST_FAILOVER.topology.broker_settings,
                zookeeper_settings=zookeeper(tickTime=3000),
            ),
            FAST_FAILOVER,
            "z-minsession-bad",
            "tickTime=3000, the default: no session is shorter than two ticks",
        ),
        shows=("longer-session",),
        forced="nothing races: the server says what it granted, and the outage follows from that",
    ),
    Control(
        id="K-MINISR1-EMPTY",
        grade="D",
        good=LAST_REPLICA_EMPTY,
        bad=on(
            Topology(),
            LAST_REPLICA_EMPTY,
            "k-minisr1-emptied",
            "metadata=zookeeper: the last replica in sync leads, even from an empty disk",
        ),
        shows=("lost-write",),
        forced="both followers have left before the disk is emptied, so that only the empty "
        "replica is in sync, and it is started before them",
        docker_only=("the fake cluster runs on ZooKeeper",),
        kafka_3_only=("with KRaft both are the same scenario",),
    ),
)
