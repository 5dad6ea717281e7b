"""Controls of what brokers and replication promise."""

import msgspec

from harness.api import (
    Consumers,
    Control,
    LogWorkload,
    Producers,
    Scenario,
    Step,
    Topic,
    Topology,
    after,
    after_election,
    after_shrink,
    brokers,
    follower,
    followers,
    leader,
    same_as,
    worse,
)
from harness.model.value import Settings

ORDERS = Topic(name="orders", settings={"min.insync.replicas": 2})
READER = Consumers(name="reader", topic="orders", mode="assigned")
SAFE = Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True})
LEADER_ALONE: Settings = {"acks": "1", "enable.idempotence": False}
# A client waits for an answer for longer than the leader is away.
PATIENT = Producers(topic="orders", settings={**SAFE.settings, "socket.timeout.ms": 60000})


def durable(
    name: str,
    about: str,
    *steps: Step,
    claims: tuple[str, ...] = ("durability",),
    topic: Topic = ORDERS,
    producers: Producers = SAFE,
    aftermath_acks: int = 100,
) -> Scenario:
    """What is acknowledged or read stays, and perhaps more, whatever `steps` break."""
    return Scenario(
        name=name,
        about=about,
        claims=claims,
        workload=LogWorkload(topics=(topic,), producers=(producers,), consumers=(READER,)),
        steps=steps,
        aftermath_acks=aftermath_acks,
    )


NEW_DISK_DOES_NOT_LEAD = (
    "a replica whose broker crashed is no longer in sync, and none is elected that comes back on "
    "another disk: the only replica's partition has no leader, where it used to lead from nothing"
)


LEADER_DIES_AHEAD = durable(
    "k-ack1",
    "The leader acknowledges what its stalled followers do not have yet, then dies",
    after(acks=100, spread=0.5).pause(followers("orders")),
    after(acks=200, limit_s=1.5).kill(leader("orders")),
    after().heal("pause"),
    after(acks=100).heal("kill"),
)

LEADER_SILENT = durable(
    "k-ack0",
    "The leader stops reading its socket, then dies with what is in there",
    after(acks=100, spread=0.5).pause(leader("orders")),
    after(sends=300, seconds=1).kill(same_as("pause")),
    after(acks=100).heal("kill"),
)

LEADER_DEPOSED = durable(
    "k-zombie",
    "The leader freezes with requests in its socket; another is elected; it wakes, unaware of that",
    after(acks=100, spread=0.5).pause(leader("orders")),
    after_election("orders", sends=300).heal("pause"),
    producers=PATIENT,
)

LAST_REPLICA_DIES = durable(
    "k-unclean",
    "Two followers die, the leader goes on alone and dies, an old follower comes back first",
    after(acks=100, spread=0.5).kill(followers("orders"), name="kill-followers"),
    after_shrink("orders").go_on(name="alone"),
    after(acks=200, limit_s=5).kill(leader("orders"), name="kill-leader"),
    after(seconds=1).heal("kill-followers"),
    after(acks=100, limit_s=12).heal("kill-leader"),
    topic=Topic(name="orders", settings={"min.insync.replicas": 1}),
)

LAST_DISK_LOST = durable(
    "k-minisr1",
    "Both followers die, the leader goes on alone and loses its disk; the follower is elected that "
    "died last",
    after(acks=100, spread=0.5).kill(follower("orders"), name="kill-first"),
    after().kill(follower("orders", index=1), name="kill-second"),
    after_shrink("orders").go_on(name="alone"),
    after(acks=200, limit_s=5).wipe(leader("orders")),
    after().heal("kill-second"),
    after().elect("orders"),
    after(seconds=1).heal("wipe"),
    after().heal("kill-first"),
)

DISK_LOST = durable(
    "k-rf1",
    "A broker loses its disk",
    after(acks=200, spread=0.5).wipe(leader("orders")),
    after(seconds=1).heal("wipe"),
)

LEADER_CUT_OFF = durable(
    "k-partition",
    "The network cuts the leader off from all but its clients, who go on writing to it",
    after(acks=100, spread=0.5).isolate(leader("orders"), metadata=True),
    after(acks=300, seconds=12).heal("isolate"),
)


def on_own_disks(scenario: Scenario) -> Scenario:
    """The same scenario where a power cut can be shown."""
    return msgspec.structs.replace(scenario, topology=Topology(own_disks=True))


SYNCED = Topic(name="orders", settings={**ORDERS.settings, "flush.messages": 1})
NEVER = 9_223_372_036_854_775_807

POWER_CUT = on_own_disks(
    durable(
        "k-power-all",
        "All brokers lose their power at once",
        after(acks=300, spread=0.5).cut_power(brokers()),
        after(seconds=1).heal("cut-power"),
        topic=SYNCED,
    )
)

LAST_REPLICA_LOSES_POWER = on_own_disks(
    durable(
        "k-lastreplica",
        "Two followers are stopped; the last replica in sync loses its power and comes back first",
        after(acks=300, spread=0.5).stop(followers("orders"), name="stop-followers"),
        after().cut_power(leader("orders")),
        after(seconds=1).heal("cut-power"),
        after(seconds=12).heal("stop-followers"),
        topic=SYNCED,
    )
)

BROKERS = (
    Control(
        id="K-ACK1",
        grade="D",
        good=LEADER_DIES_AHEAD,
        bad=worse(
            LEADER_DIES_AHEAD,
            "k-ack1-bad",
            "acks=1: the leader alone acknowledges",
            producers=LEADER_ALONE,
        ),
        shows=("lost-write",),
        forced="both followers are frozen before the records are sent, and stay in sync; the "
        "leader is killed before they wake, so that only those who lack the records can lead",
        nightly=False,
    ),
    Control(
        id="K-ACK0",
        grade="D",
        good=LEADER_SILENT,
        bad=worse(
            LEADER_SILENT,
            "k-ack0-bad",
            "acks=0: no broker acknowledges; the client assumes success",
            producers={"acks": "0", "enable.idempotence": False},
        ),
        shows=("lost-write",),
        forced="the leader is frozen before the records are sent and killed without ever waking: "
        "what is in its socket is gone",
        nightly=False,
    ),
    Control(
        id="K-ZOMBIE",
        grade="H",
        good=LEADER_DEPOSED,
        bad=worse(
            LEADER_DEPOSED,
            "k-zombie-bad",
            "acks=1: a leader that was deposed in its sleep still acknowledges",
            producers=LEADER_ALONE,
        ),
        shows=("lost-write",),
        forced="the leader wakes when another one has been elected; requests wait in its socket, "
        "while to learn of its deposition it has to register anew and be told by the controller",
    ),
    Control(
        id="K-MINISR1",
        grade="D",
        good=LAST_DISK_LOST,
        bad=worse(
            LAST_DISK_LOST,
            "k-minisr1-bad",
            "min.insync.replicas=1: a leader without followers acknowledges what it alone has",
            topics={"min.insync.replicas": 1},
        ),
        shows=("lost-write",),
        forced="both followers are dead when the records are acknowledged; the only disk that has "
        "them is emptied before one of them starts again and is elected by hand: the one that died "
        "last, since while it lived nothing was acknowledged without it",
    ),
    Control(
        id="K-UNCLEAN",
        grade="D",
        good=LAST_REPLICA_DIES,
        bad=worse(
            LAST_REPLICA_DIES,
            "k-unclean-bad",
            "unclean.leader.election.enable=true: a replica without the records may lead",
            topics={"unclean.leader.election.enable": True},
        ),
        shows=("lost-write",),
        forced="both followers are dead when the records are acknowledged; the leader is dead when "
        "they start again, and stays so until one of them has acknowledged new records",
        nightly=False,
    ),
    Control(
        id="K-RF1",
        grade="D",
        good=DISK_LOST,
        bad=worse(
            DISK_LOST,
            "k-rf1-bad",
            "replication factor 1: the only copy is on that disk",
            topics={"min.insync.replicas": 1},
            replicas=1,
        ),
        shows=("lost-write",),
        forced="the broker that leads is the one whose disk is emptied",
        nightly=False,
        kafka_3_only=(NEW_DISK_DOES_NOT_LEAD,),
    ),
    Control(
        id="K-PARTITION",
        grade="D",
        good=LEADER_CUT_OFF,
        bad=worse(
            LEADER_CUT_OFF,
            "k-partition-bad",
            "acks=1: a leader without followers still acknowledges",
            producers=LEADER_ALONE,
        ),
        shows=("lost-write",),
        forced="the leader is cut off from all other brokers before the records are sent, for "
        "longer than its session",
        nightly=False,
    ),
    Control(
        id="K-POWER-ALL",
        grade="H",
        good=POWER_CUT,
        bad=worse(
            POWER_CUT,
            "k-power-all-bad",
            "default flush.messages: acknowledged records are only in page caches",
            topics={"flush.messages": NEVER},
        ),
        shows=("lost-write",),
        forced="all brokers are frozen before the first disk is copied, a second or two after the "
        "records were sent; the kernel writes pages that are older than 30 s",
    ),
    Control(
        id="K-LASTREPLICA",
        grade="H",
        good=LAST_REPLICA_LOSES_POWER,
        bad=worse(
            LAST_REPLICA_LOSES_POWER,
            "k-lastreplica-bad",
            "default flush.messages: the last in-sync replica lacks records that others have on "
            "disk",
            topics={"flush.messages": NEVER},
        ),
        shows=("lost-write",),
        forced="the followers are stopped in order, so that the leader alone is in sync; it is "
        "started again before them, and they drop what it lacks",
        kafka_3_only=("a replica whose broker crashed does not lead while others have everything",),
    ),
)
