"""The exam's groups and processors: protocols, assignors, commits unlike ours."""

from harness.api import Consumers, Processors, Topic, Topology, after, coordinator, member

from .exam_entries import A_LEADER_DIES, IDEMPOTENT, group, legal, orders

KRAFT = Topology(metadata="kraft")
NEEDS_KRAFT = "the fake stack has no KRaft brokers"
MEMBERS_COME_AND_GO = (
    after(acks=300).leave(member("billing", 0)),
    after(acks=500).heal("leave"),
)

CONSUMER_GROUPS = (
    legal(
        "kip848",
        "Members by the consumer protocol, which leave and come back",
        consumers=(group(3, group_protocol="consumer"),),
        steps=MEMBERS_COME_AND_GO,
        topology=KRAFT,
        docker_only=(NEEDS_KRAFT,),
        nightly=False,
    ),
    legal(
        "kip848-coordinator",
        "Members by the consumer protocol, whose coordinator dies; the application commits",
        consumers=(
            Consumers(
                name="billing",
                topic="orders",
                count=2,
                commit="application",
                settings={"group.protocol": "consumer", "group.remote.assignor": "range"},
            ),
        ),
        steps=(
            after(acks=300).kill(coordinator("billing")),
            after(acks=300, seconds=4).heal("kill"),
        ),
        topology=KRAFT,
        docker_only=(NEEDS_KRAFT,),
    ),
    legal(
        "kip848-static",
        "Static members with the consumer protocol",
        consumers=(
            Consumers(
                name="billing",
                topic="orders",
                count=2,
                static=True,
                settings={"group.protocol": "consumer"},
            ),
        ),
        steps=MEMBERS_COME_AND_GO,
        topology=KRAFT,
        docker_only=(NEEDS_KRAFT,),
    ),
    legal(
        "kip848-processors",
        "Workers by the consumer protocol commit offsets in the transactions of their results",
        topics=(Topic(name="orders", partitions=2), Topic(name="bills", partitions=2)),
        processors=(
            Processors(
                name="enrich",
                source="orders",
                sink="bills",
                count=2,
                progress="transaction",
                consumer={"group.protocol": "consumer"},
            ),
        ),
        topology=KRAFT,
        docker_only=(NEEDS_KRAFT,),
    ),
    legal(
        "assignors",
        "Two groups of one topic, one sticky and one round robin, whose members come and go",
        topics=orders(6),
        consumers=(
            group(3, partition_assignment_strategy="cooperative-sticky"),
            Consumers(
                name="audit",
                topic="orders",
                count=2,
                settings={"partition.assignment.strategy": "roundrobin"},
            ),
        ),
        steps=MEMBERS_COME_AND_GO,
    ),
    legal(
        "static-members",
        "Static members with a long session, more of them than partitions",
        consumers=(
            Consumers(
                name="billing",
                topic="orders",
                count=4,
                static=True,
                settings={"session.timeout.ms": 30_000},
            ),
        ),
    ),
    legal(
        "auto-commit-often",
        "The client commits every 100 ms what the application has stored",
        consumers=(group(2, auto_commit_interval_ms=100),),
        steps=MEMBERS_COME_AND_GO,
    ),
    legal(
        "no-commits",
        "A group that never commits and restarts from the beginning each time",
        consumers=(group(2, enable_auto_commit=False),),
    ),
    legal(
        "latest",
        "A group that starts at the end, before the first record",
        consumers=(group(1, auto_offset_reset="latest"),),
    ),
)

PROCESSING = (
    legal(
        "processors-auto",
        "Workers whose client commits in the background, and another group of the same topic",
        topics=(Topic(name="orders", partitions=3), Topic(name="bills", partitions=2)),
        consumers=(group(),),
        processors=(
            Processors(
                name="enrich",
                source="orders",
                sink="bills",
                count=2,
                progress="auto",
                producer=IDEMPOTENT,
                consumer={"auto.commit.interval.ms": 200},
            ),
        ),
    ),
    legal(
        "processors-once",
        "Workers commit in the transactions of their results, and a reader takes all of them",
        topics=(Topic(name="orders", partitions=2), Topic(name="bills")),
        consumers=(
            Consumers(
                name="eager",
                topic="bills",
                mode="assigned",
                settings={"isolation.level": "read_uncommitted"},
            ),
        ),
        processors=(
            Processors(
                name="enrich", source="orders", sink="bills", count=2, progress="transaction"
            ),
        ),
        steps=A_LEADER_DIES,
    ),
)

GROUPS = (*CONSUMER_GROUPS, *PROCESSING)
