"""What is permitted goes by all that is set: of brokers, their topics, Redis, workers, tools."""

import msgspec
import pytest

from harness.api import after, brokers, followers, leader, same_as, service
from harness.checkers.verdict.promises import permissions, permitted, promised
from harness.model.fault import After, FaultSpec, Step
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.program import Program
from harness.model.pipeline.traffic import Cache
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Consumers, Producers, Topic, Transactions
from tests.checkers.flows import pipeline
from tests.checkers.verdicts import SAFE, scenario

GROUP = (Consumers(name="billing", topic="orders"),)
TOOL = Consumers(name="viewer", topic="orders", mode="console")
OWN_CACHE = Copy(
    kind="program", name="cache", into="redis", program=Program(command=("cache",)), holds="equal"
)
KILL = Step(
    name="kill", after=After(), deed=FaultSpec(kind="process.kill", target=service("redis"))
)


def on(made: Scenario, topology: Topology, *steps: Step) -> Scenario:
    return msgspec.structs.replace(made, topology=topology, steps=steps)


def settings_that_permit(made: Scenario, kind: str) -> set[str]:
    return {each.setting for each in permissions(made) if kind in each.kinds}


@pytest.mark.parametrize(
    ("brokers", "setting"),
    [
        ({}, None),
        ({"offsets.topic.replication.factor": 1}, "offsets.topic.replication.factor=1"),
        ({"offsets.topic.replication.factor": 2}, None),
        ({"min.insync.replicas": 1}, "min.insync.replicas=1 of the offsets of groups"),
        (
            {"unclean.leader.election.enable": True},
            "unclean.leader.election.enable=true of the offsets of groups",
        ),
    ],
    ids=str,
)
def test_the_offsets_of_groups_are_kept_as_their_topic_is(
    brokers: Settings, setting: str | None
) -> None:
    made = on(scenario(consumers=GROUP), Topology(broker_settings=brokers))
    named = settings_that_permit(made, "lost-commit")
    assert named == ({setting} if setting else set())
    assert ("committed-offsets" in promised(made)) == (setting is None)
    # Where nobody is in a group there are no offsets to lose.
    assert not settings_that_permit(on(scenario(), made.topology), "lost-commit")


@pytest.mark.parametrize(
    "setting", ["transaction.state.log.replication.factor", "transaction.state.log.min.isr"]
)
def test_transactions_are_kept_as_their_topic_is(setting: str) -> None:
    loose = Topology(broker_settings={setting: 1})
    writers = Producers(topic="orders", transactions=Transactions())
    assert settings_that_permit(on(scenario(producers=writers), loose), "torn-commit") == {
        f"{setting}=1"
    }
    assert "torn-commit" not in permitted(scenario(producers=writers))
    assert "torn-commit" not in permitted(on(scenario(), loose))


def test_one_broker_keeps_one_copy_of_everything() -> None:
    made = on(scenario(consumers=GROUP, replicas=1), Topology(brokers=1))
    assert "offsets.topic.replication.factor=1" in settings_that_permit(made, "lost-commit")


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        ({"min.insync.replicas": 1}, "missed-change"),
        ({"unclean.leader.election.enable": "true"}, "missed-change"),
        ({"cleanup.policy": "compact"}, "broken-chain"),
        ({"retention.ms": 1000}, "missing-row"),
        ({"retention.bytes": 1000}, "missing-row"),
    ],
    ids=str,
)
def test_change_topics_are_as_safe_as_their_settings(own: Settings, kind: str) -> None:
    ((name, value),) = own.items()
    by_topic = pipeline(feed=Feed(kind="debezium", topic_settings=own))
    (named,) = settings_that_permit(by_topic, kind)
    assert named.startswith(f"{name}={value} of the topics of ")
    broker = {"cleanup.policy": "log.cleanup.policy"}.get(name, name)
    broker = f"log.{broker}" if broker.startswith("retention") else broker
    by_brokers = on(pipeline(), Topology(broker_settings={broker: value}))
    assert named in settings_that_permit(by_brokers, kind)
    assert not settings_that_permit(pipeline(), kind)


def test_a_topic_that_is_safer_than_its_brokers_is_safe() -> None:
    safe = pipeline(feed=Feed(kind="debezium", topic_settings={"min.insync.replicas": 2}))
    loose = on(safe, Topology(broker_settings={"min.insync.replicas": 1}))
    named = settings_that_permit(loose, "missed-change")
    assert not any("of the topics" in each for each in named)


@pytest.mark.parametrize(
    ("redis", "setting"),
    [
        ({}, "appendonly=no without save of Redis"),
        ({"save": "60 1"}, "save=60 1 of Redis"),
        ({"appendonly": "yes"}, "appendfsync=everysec of Redis"),
        ({"appendonly": True, "appendfsync": "always"}, None),
    ],
    ids=str,
)
def test_redis_forgets_what_it_does_not_keep_when_a_step_ends_it(
    redis: Settings, setting: str | None
) -> None:
    topology = Topology(redis=True, redis_settings=redis)
    made = pipeline(copies=(OWN_CACHE,))
    named = settings_that_permit(on(made, topology, KILL), "missing-row")
    assert named == ({setting} if setting else set())
    assert not settings_that_permit(on(made, topology), "missing-row")
    # A copy of the harness's own is filled in again.
    ours = pipeline(copies=(Copy(kind="redis", name="cache"),))
    assert not settings_that_permit(on(ours, topology, KILL), "missing-row")


@pytest.mark.parametrize(
    ("redis", "evicts"),
    [
        ({"maxmemory-policy": "allkeys-lru"}, False),
        ({"maxmemory": "1mb"}, False),
        ({"maxmemory": "1mb", "maxmemory-policy": "allkeys-lru"}, True),
    ],
    ids=str,
)
def test_redis_evicts_when_it_has_a_limit_and_a_policy(*, redis: Settings, evicts: bool) -> None:
    topology = Topology(redis=True, redis_settings=redis)
    ours = pipeline(copies=(Copy(kind="redis", name="cache"),))
    assert ("missing-row" in permitted(on(ours, topology))) == evicts
    cache = Cache(kind="cache-aside", name="app", settings={"ttl_s": 5})
    workload = msgspec.structs.replace(pipeline(copies=()).pipeline, caches=(cache,))
    made = msgspec.structs.replace(pipeline(), workload=workload)
    assert ("missing-row" in permitted(on(made, topology))) == evicts


def test_workers_speak_for_the_clients_of_connectors_that_say_nothing() -> None:
    workers: Settings = {
        "exactly.once.source.support": "disabled",
        "producer.acks": "1",
        "producer.max.in.flight.requests.per.connection": 5,
        "consumer.isolation.level": "read_committed",
    }
    made = on(pipeline(), Topology(connect_settings=workers))
    assert any(
        each.startswith("acks=1 of ") for each in settings_that_permit(made, "missed-change")
    )
    assert settings_that_permit(made, "reordered-change")
    strict = Feed(kind="debezium", settings={"producer.override.acks": "all"})
    safer = on(pipeline(feed=strict), made.topology)
    assert not settings_that_permit(safer, "missed-change")
    own = Copy(kind="jdbc", name="warehouse", connector={"connector.class": "JdbcSink"})
    alone = on(pipeline(copies=(own,)), Topology())
    assert "isolation.level=read_uncommitted of warehouse" in settings_that_permit(
        alone, "foreign-row"
    )
    assert "foreign-row" not in permitted(on(pipeline(copies=(own,)), made.topology))


def test_a_console_consumer_reads_what_is_not_committed() -> None:
    (named,) = settings_that_permit(scenario(consumers=(TOOL,)), "G1a")
    assert named == "isolation.level=read_uncommitted, the default of viewer"
    patient = msgspec.structs.replace(TOOL, settings={"isolation.level": "read_committed"})
    assert "G1a" not in permitted(scenario(consumers=(patient,)))


@pytest.mark.parametrize(
    ("version", "own", "kinds"),
    [
        (None, {}, set()),
        ("3.9.2", {"acks": "1"}, {"lost-write", "duplicate", "nonmonotonic-send"}),
        ("3.0.0", {}, {"duplicate", "nonmonotonic-send"}),
        ("2.8.2", {}, {"lost-write", "duplicate", "nonmonotonic-send"}),
        ("3.9.2", {"enable.idempotence": False, "retries": 0}, set()),
    ],
    ids=["pinned", "one-acknowledgement", "3.0.0", "2.8.2", "no-retries"],
)
def test_a_console_producer_promises_what_its_version_does(
    version: str | None, own: Settings, kinds: set[str]
) -> None:
    tool = Producers(topic="orders", client="console", settings=own)
    made = on(scenario(producers=tool), Topology(kafka_version=version))
    assert set(permitted(made)) & {"lost-write", "duplicate", "nonmonotonic-send"} == kinds


def test_brokers_bound_the_silence_of_members_by_the_consumer_protocol() -> None:
    member = Consumers(name="new", topic="orders", settings={"group.protocol": "consumer"})
    made = on(
        scenario(consumers=(member,)),
        Topology(metadata="kraft", broker_settings={"group.consumer.session.timeout.ms": 9000}),
    )
    assert settings_that_permit(made, "overlapping-ownership") == {
        "max.poll.interval.ms=300000 and group.consumer.session.timeout.ms=9000 of new"
    }


def test_producers_that_write_to_a_topic_in_transactions_choose_its_partitions_too() -> None:
    transactional = Producers(
        name="both",
        topic="bills",
        settings={"partitioner": "murmur2"},
        transactions=Transactions(topics=("orders",)),
    )
    made = scenario(producers=SAFE, partitions=4)
    workload = msgspec.structs.replace(
        made.log_workload,
        topics=(*made.log_workload.topics, Topic(name="bills")),
        producers=(SAFE, transactional),
    )
    assert "split-key" in permitted(msgspec.structs.replace(made, workload=workload))


@pytest.mark.parametrize(
    ("steps", "permitted_by"),
    [
        ((after().wipe(leader("orders")),), set()),
        ((after().wipe(brokers()),), {"step wipe"}),
        ((after().wipe(followers("orders")),), {"step wipe"}),
        (
            (
                after().wipe(leader("orders")),
                after().heal("wipe"),
                after().wipe(same_as("wipe"), name="again"),
            ),
            {"step again"},
        ),
        (
            (
                after().wipe(leader("orders")),
                after().heal("wipe"),
                after(whole=True).wipe(leader("orders"), name="again"),
            ),
            set(),
        ),
    ],
    ids=["one disk", "all disks", "two disks", "a second disk", "a second disk, once all is whole"],
)
def test_lost_disks_permit_loss_whatever_the_settings(
    steps: tuple[Step, ...], permitted_by: set[str]
) -> None:
    made = on(scenario(), Topology(), *steps)
    assert settings_that_permit(made, "lost-write") == permitted_by
    assert ("durability" in promised(made)) == (not permitted_by)
