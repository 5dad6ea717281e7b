"""Controls of what topics promise: retention, compaction, partitions and partitioners."""

import msgspec

from harness.api import (
    Consumers,
    Control,
    LogWorkload,
    Producers,
    Scenario,
    Stall,
    Topic,
    after,
    worse,
)
from harness.model.value import Scalar, Settings

SAFE = Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True})
READER = Consumers(name="reader", topic="orders", mode="assigned")
# Retention removes whole segments that are written to no more.
SHORT_SEGMENTS: Settings = {"segment.ms": 1000, "segment.bytes": 1 << 16}


def lagging(reads: int, **settings: Scalar) -> Consumers:
    """A reader that stands still on the first partition after so many records."""
    stall = Stall(reads=reads, partitions=(0,))
    return msgspec.structs.replace(READER, settings=settings, stall=stall)


SLOW_READER = Scenario(
    name="k-retention",
    about="A consumer stops for longer than its topic retains records",
    claims=("reading", "retention"),
    workload=LogWorkload(
        topics=(Topic(name="orders", settings={**SHORT_SEGMENTS, "retention.ms": 3_600_000}),),
        producers=(SAFE,),
        consumers=(lagging(50, **{"auto.offset.reset": "earliest"}),),
    ),
    steps=(after(removed=500, limit_s=10).go_on(),),
)

# A client that was running learns of added partitions when it looks at the topic again.
LOOKS_OFTEN: Settings = {"topic.metadata.refresh.interval.ms": 500}

PARTITIONS_FROM_THE_START = Scenario(
    name="k-partadd",
    about="A topic is to have four partitions while a reader lags on its first",
    claims=("key-order",),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=4),),
        producers=(
            msgspec.structs.replace(
                SAFE,
                # Of several requests in flight to a new partition the first may be lost: a broker
                # that knows no sequence begins with any (KAFKA-15591), and the client takes what
                # came before it for written.
                settings={**SAFE.settings, **LOOKS_OFTEN, "max.in.flight": 1},
            ),
        ),
        consumers=(lagging(20, **LOOKS_OFTEN),),
    ),
    steps=(
        after(acks=100, spread=0.5).add_partitions("orders", 4),
        after(reads=500).go_on(),
    ),
)


def two_clients(name: str, about: str, partitioner: str) -> Scenario:
    """One topic, the same keys, and two clients: ours in Python, and a tool that is Java's."""
    ours = Producers(
        name="python", topic="orders", settings={**SAFE.settings, "partitioner": partitioner}
    )
    tool = Producers(name="java", topic="orders", client="console", batch=50)
    return Scenario(
        name=name,
        about=about,
        claims=("key-order", "durability", "integrity", "no-duplicates"),
        workload=LogWorkload(
            topics=(Topic(name="orders", partitions=4),),
            producers=(ours, tool),
            consumers=(READER, Consumers(name="tool", topic="orders", mode="console")),
        ),
        steps=(after(acks=500, seconds=3).go_on(),),
    )


COMPACTED: Settings = {
    "cleanup.policy": "compact",
    "segment.ms": 500,
    "min.cleanable.dirty.ratio": 0.01,
    "delete.retention.ms": 3_600_000,
}
# So many keys that each is written again after seconds only, when its tombstone may be gone.
DELETING = Producers(
    topic="orders", settings=SAFE.settings, rate_per_s=200, keys=1000, delete_every=7
)

LAST_VALUES = Scenario(
    name="k-tombstone",
    about="A latest-value consumer stops while keys are deleted",
    claims=("last-values", "compaction", "ordering", "no-duplicates", "integrity"),
    workload=LogWorkload(
        topics=(Topic(name="orders", settings=COMPACTED),),
        producers=(DELETING,),
        consumers=(lagging(300),),
    ),
    baseline_acks=400,
    steps=(
        after(acks=800, spread=0.2).go_on(name="deletes"),
        after(cleaned=True, limit_s=20).go_on(name="cleaned"),
    ),
)

EVENTS = Scenario(
    name="k-compact-log",
    about="Events, each of which counts, are read late",
    claims=("reading", "durability"),
    workload=LogWorkload(
        topics=(Topic(name="orders", settings={**COMPACTED, "cleanup.policy": "delete"}),),
        producers=(SAFE,),
        consumers=(lagging(300),),
    ),
    baseline_acks=500,
    steps=(after(cleaned=True, limit_s=20).go_on(name="cleaned"),),
)

TOPICS = (
    Control(
        id="K-RETENTION",
        grade="D",
        good=SLOW_READER,
        bad=worse(
            SLOW_READER,
            "k-retention-bad",
            "retention.ms=1000: the reader jumps to what is left, and says nothing",
            topics={"retention.ms": 1000},
        ),
        shows=("poll-skip",),
        forced=(
            "the reader stops until 500 records that it has not read are removed, and then "
            "continues"
        ),
        nightly=False,
    ),
    Control(
        id="K-PARTADD",
        grade="D",
        good=PARTITIONS_FROM_THE_START,
        bad=worse(
            PARTITIONS_FROM_THE_START,
            "k-partadd-bad",
            "partitions are added under load: keys go on in another one, ahead of what is not read "
            "yet",
            partitions=1,
        ),
        shows=("split-key", "reordered-key"),
        forced="the reader stops on the first partition, where the earlier records of each "
        "key are, until it has read 500 records, which can be in the new ones only",
    ),
    Control(
        id="K-PARTITIONER",
        grade="D",
        good=two_clients(
            "k-partitioner",
            "A Python producer and Java's send the same keys, by the same partitioner",
            "murmur2_random",
        ),
        bad=msgspec.structs.replace(
            two_clients(
                "k-partitioner-bad",
                "librdkafka's own partitioner, CRC-32: Java's puts the same keys elsewhere, by "
                "murmur2",
                "consistent_random",
            ),
            twin_of="k-partitioner",
        ),
        shows=("split-key",),
        forced="nothing races: of 16 keys over 4 partitions some are put elsewhere by the other "
        "hash",
        nightly=False,
    ),
    Control(
        id="K-TOMBSTONE",
        grade="H",
        good=LAST_VALUES,
        bad=worse(
            LAST_VALUES,
            "k-tombstone-bad",
            "delete.retention.ms=1000: tombstones are gone before the reader gets to them",
            topics={"delete.retention.ms": 1000},
        ),
        shows=("resurrected-key",),
        forced=(
            "the reader stops until the cleaner has processed the tombstones twice; some of a "
            "thousand keys are not rewritten in that time"
        ),
    ),
    Control(
        id="K-COMPACT-LOG",
        grade="H",
        good=EVENTS,
        bad=worse(
            EVENTS,
            "k-compact-log-bad",
            "cleanup.policy=compact: of the events of a key only the last is kept",
            topics={"cleanup.policy": "compact"},
        ),
        shows=("poll-skip", "lost-write"),
        forced="the reader stops until the cleaner has processed the records that it has not read",
    ),
)
