"""Topics that are changed while they are in use, and what their cleanup removes."""

import msgspec
import pytest

from harness.api import (
    Administrators,
    Consumers,
    LogWorkload,
    Producers,
    Scenario,
    Stall,
    Topic,
    after,
    controller,
    follower,
    worse,
)
from harness.model.value import Scalar, Settings
from harness.plugin import RunScenario, nightly

pytestmark = [pytest.mark.docker, pytest.mark.controls]

SAFE = Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True})
READER = Consumers(name="reader", topic="orders", mode="assigned")
# Retention removes whole segments that are written to no more.
SHORT_SEGMENTS: Settings = {"segment.ms": 1000, "segment.bytes": 1 << 16}


def lagging(reads: int, **settings: Scalar) -> Consumers:
    """A reader that stands still on the first partition after so many records."""
    stall = Stall(reads=reads, partitions=(0,))
    return msgspec.structs.replace(READER, settings=settings, stall=stall)


RETENTION_CHANGES = Scenario(
    name="t-retention",
    about="Retention is shortened in mid-run, by age and then by size",
    claims=("retention", "durability", "ordering", "no-duplicates", "integrity"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=2, settings=SHORT_SEGMENTS),),
        producers=(SAFE,),
        consumers=(READER,),
    ),
    steps=(
        after(acks=200, spread=0.5).configure("orders", "retention.ms", 2000, name="by-age"),
        after(removed=500).configure("orders", "retention.ms", -1, name="for-ever"),
        after(acks=500).configure("orders", "retention.bytes", 1 << 17, name="by-size"),
        after(removed=500).go_on(),
    ),
    aftermath_acks=200,
)

SLOW_READER = Scenario(
    name="k-retention",
    about="A reader stands still for longer than the topic keeps its records",
    claims=("reading", "retention"),
    workload=LogWorkload(
        topics=(Topic(name="orders", settings={**SHORT_SEGMENTS, "retention.ms": 3_600_000}),),
        producers=(SAFE,),
        consumers=(lagging(50, **{"auto.offset.reset": "earliest"}),),
    ),
    steps=(after(removed=500, limit_s=10).go_on(),),
)
SLOW_READER_SHORT_RETENTION = worse(
    SLOW_READER,
    "k-retention-bad",
    "retention.ms=1000: the reader jumps to what is left, and says nothing",
    topics={"retention.ms": 1000},
)

PARTITIONS_FROM_THE_START = Scenario(
    name="k-partadd",
    about="A topic is to have four partitions while a reader lags on its first",
    claims=("key-order",),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=4),),
        producers=(
            Producers(
                topic="orders",
                settings={**SAFE.settings, "topic.metadata.refresh.interval.ms": 500},
            ),
        ),
        consumers=(lagging(20),),
    ),
    steps=(
        after(acks=100, spread=0.5).add_partitions("orders", 4),
        after(acks=1500).go_on(),
    ),
)
PARTITIONS_ADDED = worse(
    PARTITIONS_FROM_THE_START,
    "k-partadd-bad",
    "partitions are added under load: keys go on in another one, ahead of what is not read yet",
    partitions=1,
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


SAME_PARTITIONER = two_clients(
    "k-partitioner",
    "A Python producer and Java's send the same keys, by the same partitioner",
    "murmur2_random",
)
OTHER_PARTITIONER = two_clients(
    "k-partitioner-bad",
    "librdkafka's own partitioner, CRC-32: Java's puts the same keys elsewhere, by murmur2",
    "consistent_random",
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
    about="A reader that keeps the last value of every key stands still while keys are deleted",
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
LAST_VALUES_SHORT_BURIAL = worse(
    LAST_VALUES,
    "k-tombstone-bad",
    "delete.retention.ms=1000: tombstones are gone before the reader gets to them",
    topics={"delete.retention.ms": 1000},
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
EVENTS_COMPACTED = worse(
    EVENTS,
    "k-compact-log-bad",
    "cleanup.policy=compact: of the events of a key only the last is kept",
    topics={"cleanup.policy": "compact"},
)

# A controller is gone for longer than its session, another sleeps until it is deposed.
ADMINISTRATION = Scenario(
    name="t-admin",
    about="Topics are created, changed and deleted while controllers die and freeze, and a broker "
    "is away",
    claims=("administration", "durability"),
    workload=LogWorkload(
        topics=(Topic(name="orders"),),
        producers=(SAFE,),
        consumers=(READER,),
        # Two replicas, so that topics can be created while one broker is away.
        administrators=(Administrators(count=3, replicas=2),),
    ),
    steps=(
        after(changes=20, spread=0.5).kill(controller(), name="kill-controller"),
        after(changes=20, seconds=8).heal("kill-controller"),
        after(changes=10, whole=True, spread=0.5).pause(controller(), name="pause-controller"),
        after(changes=20, seconds=8).heal("pause-controller"),
        after(changes=10, whole=True, spread=0.5).kill(follower("orders"), name="kill-follower"),
        after(changes=10, seconds=2).heal("kill-follower"),
        after(changes=20, whole=True).go_on(),
    ),
    aftermath_acks=100,
)


@pytest.mark.nightly
@pytest.mark.claim("administration")
def test_topics_are_what_their_administrators_were_told(run_scenario: RunScenario) -> None:
    run_scenario(ADMINISTRATION).must_be_valid()


@pytest.mark.claim("retention")
@pytest.mark.parametrize(
    "scenario",
    [nightly(RETENTION_CHANGES), nightly(SLOW_READER)],
    ids=lambda scenario: scenario.name,
)
def test_retention_removes_only_what_may_go(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.nightly
@pytest.mark.claim("reading")
def test_short_retention_lets_a_slow_reader_jump(run_scenario: RunScenario) -> None:
    run_scenario(SLOW_READER_SHORT_RETENTION).must_show("poll-skip")


@pytest.mark.nightly
@pytest.mark.claim("key-order")
def test_a_key_keeps_its_partition(run_scenario: RunScenario) -> None:
    run_scenario(PARTITIONS_FROM_THE_START).must_be_valid()


@pytest.mark.nightly
@pytest.mark.claim("key-order")
def test_added_partitions_split_keys(run_scenario: RunScenario) -> None:
    run = run_scenario(PARTITIONS_ADDED)
    run.must_show("split-key")
    run.must_show("reordered-key")


@pytest.mark.nightly
@pytest.mark.claim("compaction")
def test_compaction_keeps_what_it_must(run_scenario: RunScenario) -> None:
    run_scenario(LAST_VALUES).must_be_valid()


@pytest.mark.nightly
@pytest.mark.claim("last-values")
def test_a_tombstone_that_is_gone_too_soon_resurrects_its_key(run_scenario: RunScenario) -> None:
    run_scenario(LAST_VALUES_SHORT_BURIAL).must_show("resurrected-key")


@pytest.mark.nightly
@pytest.mark.claim("reading")
def test_events_are_kept_each(run_scenario: RunScenario) -> None:
    run_scenario(EVENTS).must_be_valid()


@pytest.mark.nightly
@pytest.mark.claim("reading")
def test_a_compacted_topic_is_no_log_of_events(run_scenario: RunScenario) -> None:
    run = run_scenario(EVENTS_COMPACTED)
    run.must_show("poll-skip")
    run.must_show("lost-write")


@pytest.mark.nightly
@pytest.mark.claim("key-order")
def test_clients_that_agree_keep_a_key_together(run_scenario: RunScenario) -> None:
    run_scenario(SAME_PARTITIONER).must_be_valid()


@pytest.mark.nightly
@pytest.mark.claim("key-order")
def test_clients_that_do_not_agree_split_keys(run_scenario: RunScenario) -> None:
    run_scenario(OTHER_PARTITIONER).must_show("split-key")
