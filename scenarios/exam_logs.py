"""The exam's log scenarios: settings of topics, producers, consumers and processors unlike ours."""

from harness.api import Consumers, Producers, Topic, Transactions, after, broker

from .exam_entries import (
    A_LEADER_DIES,
    IDEMPOTENT,
    assigned,
    group,
    legal,
    orders,
    sending,
)
from .exam_groups import GROUPS

FETCHING = (
    legal(
        "small-fetches",
        "Fetches of 1 kB at most, and one record a poll",
        consumers=(
            Consumers(
                name="slow",
                topic="orders",
                mode="assigned",
                batch=1,
                settings={"fetch.message.max.bytes": 1024, "fetch.wait.max.ms": 50},
            ),
        ),
    ),
    legal(
        "big-fetches",
        "A reader that waits for 1 MB or for two seconds",
        consumers=(assigned(fetch_min_bytes=1_000_000, fetch_wait_max_ms=2000),),
    ),
    legal(
        "uncommitted",
        "One reader of committed records and one of all, while half of the transactions abort",
        producers=(Producers(topic="orders", transactions=Transactions(records=7, aborted=0.5)),),
        consumers=(assigned(), assigned("eager", isolation_level="read_uncommitted")),
        steps=A_LEADER_DIES,
    ),
    legal(
        "mixed-transactions",
        "Transactions over two topics beside a producer that knows none",
        topics=(Topic(name="orders", partitions=3), Topic(name="audit")),
        producers=(
            Producers(
                name="transactional",
                topic="orders",
                transactions=Transactions(topics=("audit",), aborted=0.1),
            ),
            Producers(name="plain", topic="orders", settings=IDEMPOTENT),
        ),
        consumers=(assigned(), Consumers(name="auditor", topic="audit", count=2)),
    ),
    legal(
        "short-transactions",
        "Transactions of two records, which time out after 10 seconds",
        producers=(
            Producers(
                topic="orders",
                settings={"transaction.timeout.ms": 10_000},
                transactions=Transactions(records=2),
            ),
        ),
        consumers=(group(),),
        steps=A_LEADER_DIES,
    ),
)

TOPICS = (
    legal(
        "lz4",
        "Records are compressed, and topics of another number of partitions",
        topics=orders(5, compression_type="lz4"),
        producers=sending(compression_type="zstd"),
        consumers=(group(),),
        nightly=False,
    ),
    legal(
        "gzip",
        "A producer that compresses, and a topic that keeps what it is given",
        topics=orders(1, compression_type="producer"),
        producers=sending(compression_type="gzip", linger_ms=50),
        consumers=(assigned(),),
    ),
    legal(
        "big-records",
        "Records of 200 kB in a topic that takes up to 2 MB",
        topics=orders(2, max_message_bytes=2_000_000),
        producers=(
            Producers(
                topic="orders",
                rate_per_s=100,
                value_bytes=200_000,
                settings={**IDEMPOTENT, "message.max.bytes": 1_900_000},
            ),
        ),
        consumers=(assigned(fetch_message_max_bytes=2_000_000),),
    ),
    legal(
        "log-append-time",
        "Brokers stamp records with their own time",
        topics=orders(message_timestamp_type="LogAppendTime"),
        consumers=(group(),),
        steps=A_LEADER_DIES,
    ),
    legal(
        "compacted-log",
        "A compacted topic with deletes, and a reader that keeps the last value of each key",
        topics=orders(2, cleanup_policy="compact", segment_ms=500, min_cleanable_dirty_ratio=0.01),
        producers=(Producers(topic="orders", settings=IDEMPOTENT, keys=300, delete_every=9),),
        consumers=(assigned(),),
    ),
    legal(
        "compact-and-delete",
        "A topic with both policies, whose records live for a day",
        topics=orders(cleanup_policy="compact,delete", retention_ms=86_400_000, segment_ms=500),
        consumers=(group(),),
    ),
    legal(
        "retention-by-size",
        "Retention by size removes the start of a topic while it is written",
        topics=orders(1, retention_bytes=20_000, segment_bytes=10_000),
        producers=(Producers(topic="orders", settings=IDEMPOTENT, value_bytes=200),),
        consumers=(assigned(),),
    ),
    legal(
        "one-partition",
        "Everything in one partition, and a group of three for it",
        topics=orders(1),
        consumers=(group(3),),
        steps=A_LEADER_DIES,
    ),
    legal(
        "many-partitions",
        "Thirty partitions, and three members",
        topics=orders(30),
        consumers=(group(3),),
        steps=A_LEADER_DIES,
    ),
    legal(
        "all-in-sync",
        "min.insync.replicas=3: no producer can write while a replica is away",
        topics=orders(min_insync_replicas=3),
        consumers=(assigned(),),
        steps=(after(acks=200).kill(broker()), after(seconds=3).heal("kill")),
    ),
    legal(
        "one-in-sync",
        "min.insync.replicas=1, and nothing breaks",
        topics=orders(min_insync_replicas=1),
        consumers=(assigned(),),
    ),
    legal(
        "two-replicas",
        "Two replicas of three brokers, and a broker restarts",
        topics=(Topic(name="orders", partitions=3, replicas=2),),
        consumers=(assigned(),),
        steps=(after(acks=200).stop(broker()), after(acks=100, seconds=3).heal("stop")),
    ),
    legal(
        "idle-topic",
        "A topic without producers, with a group that waits for it",
        topics=(Topic(name="orders", partitions=2), Topic(name="returns", partitions=2)),
        consumers=(group(), Consumers(name="refunds", topic="returns", mode="assigned")),
    ),
)

PRODUCING = (
    legal(
        "acks-1",
        "acks=1 where no broker dies",
        producers=(Producers(topic="orders", settings={"acks": 1}),),
        consumers=(assigned(),),
    ),
    legal(
        "acks-0",
        "acks=0 where no broker dies",
        producers=(Producers(topic="orders", settings={"acks": 0}),),
        consumers=(assigned(),),
    ),
    legal(
        "one-in-flight",
        "No idempotence, one request in flight, and a leader that dies",
        producers=(Producers(topic="orders", settings={"max.in.flight": 1}),),
        consumers=(assigned(),),
        steps=A_LEADER_DIES,
    ),
    legal(
        "no-retries",
        "A producer that never sends again",
        producers=(Producers(topic="orders", settings={"retries": 0}),),
        consumers=(assigned(),),
        steps=A_LEADER_DIES,
    ),
    legal(
        "lingering",
        "Batches that wait for 200 ms, of 50 records at most",
        producers=sending(linger_ms=200, batch_num_messages=50),
        consumers=(group(),),
        steps=A_LEADER_DIES,
    ),
    legal(
        "partitioners",
        "A topic each for producers that hash keys as Java does, by FNV-1a, and not at all",
        topics=tuple(Topic(name=name, partitions=4) for name in ("orders", "bills", "clicks")),
        producers=(
            Producers(name="java", topic="orders", settings={"partitioner": "murmur2"}),
            Producers(name="fnv", topic="bills", settings={"partitioner": "fnv1a_random"}),
            Producers(name="any", topic="clicks", settings={"partitioner": "random"}),
        ),
        consumers=(assigned(),),
        docker_only=("the fake has no partitioners fnv1a and random",),
    ),
    legal(
        "many-producers",
        "Eight producers with different settings to one topic",
        producers=(
            *sending(),
            Producers(name="slow", topic="orders", count=4, rate_per_s=20, settings=IDEMPOTENT),
            Producers(name="bulk", topic="orders", count=3, batch=100, settings={"acks": "-1"}),
        ),
        consumers=(group(),),
    ),
)

CONSOLES = (
    legal(
        "console",
        "Kafka's own tools write and read, with a producer of ours beside them",
        producers=(
            *sending(partitioner="murmur2"),
            Producers(
                name="tool",
                topic="orders",
                client="console",
                batch=30,
                settings={"compression.type": "gzip", "linger.ms": 5},
            ),
        ),
        consumers=(
            Consumers(
                name="viewer",
                topic="orders",
                mode="console",
                settings={"isolation.level": "read_committed", "fetch.max.bytes": 100_000},
            ),
        ),
        nightly=False,
    ),
    legal(
        "console-transactions",
        "Kafka's console consumer shows records of aborted transactions, as it does by default",
        producers=(Producers(topic="orders", transactions=Transactions(aborted=0.5)),),
        consumers=(Consumers(name="viewer", topic="orders", mode="console"), assigned()),
    ),
    legal(
        "console-acks-1",
        "Kafka's console producer with acks=1, to a separate topic",
        topics=(Topic(name="orders", partitions=2), Topic(name="notes")),
        producers=(
            *sending(),
            Producers(
                name="tool", topic="notes", client="console", batch=30, settings={"acks": "1"}
            ),
        ),
        consumers=(assigned(),),
    ),
)

LOGS = (*GROUPS, *FETCHING, *TOPICS, *PRODUCING, *CONSOLES)
