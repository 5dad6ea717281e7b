"""Settings of clients, topics and servers: what their owner refuses or ignores is refused here."""

import msgspec
import pytest

from harness.api import (
    Consumers,
    Feed,
    LogWorkload,
    Path,
    PipelineWorkload,
    Processors,
    Producers,
    Scenario,
    SourceTable,
    Topic,
    Topology,
    Transactions,
    Writers,
    after,
)
from harness.engine.compile import compile_plan
from harness.kit.errors import UsageError
from harness.model.value import Settings

TOPICS = (Topic(name="orders"), Topic(name="results"))


def logs(**parts: object) -> Scenario:
    workload = LogWorkload(topics=TOPICS, producers=(Producers(topic="orders"),))
    return Scenario(
        name="made", about="a test", workload=msgspec.structs.replace(workload, **parts)
    )


def producer(settings: Settings, **more: object) -> Scenario:
    made = msgspec.structs.replace(Producers(topic="orders", settings=settings), **more)
    return logs(producers=(made,))


def consumer(settings: Settings, **more: object) -> Scenario:
    made = msgspec.structs.replace(Consumers(topic="orders", settings=settings), **more)
    return logs(consumers=(made,))


def processor(**more: object) -> Scenario:
    made = Processors(source="orders", sink="results")
    return logs(processors=(msgspec.structs.replace(made, **more),))


def topic(settings: Settings) -> Scenario:
    return logs(topics=(Topic(name="orders", settings=settings),))


def feed(settings: Settings) -> Scenario:
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",)),),
        paths=(Path(name="main", feed=Feed(kind="binlog", topic_settings=settings)),),
    )
    topology = Topology(mysql=True, registry=True)
    return Scenario(name="made", about="a test", topology=topology, workload=workload)


def servers(**settings: Settings) -> Scenario:
    return msgspec.structs.replace(logs(), topology=msgspec.structs.replace(Topology(), **settings))


REFUSED: dict[str, tuple[Scenario, str]] = {
    "a misspelt name": (producer({"ack": "all"}), 'No such configuration property: "ack"'),
    "a word that it lacks": (
        consumer({"isolation.level": "read_comitted"}),
        'Invalid value "read_comitted" for configuration property "isolation.level"',
    ),
    "a value out of range": (consumer({"session.timeout.ms": -4}), "outside allowed range"),
    "two that exclude each other": (
        producer({"enable.idempotence": True, "acks": 1}),
        "`acks` must be set to `all` when `enable.idempotence` is true",
    ),
    "True where a number is due": (producer({"acks": True}), "Invalid value"),
    "a consumer's, for a producer": (
        producer({"auto.offset.reset": "earliest"}),
        "settings of producer 'producer': Configuration property auto.offset.reset is a consumer",
    ),
    "a producer's, for a consumer": (
        consumer({"enable.idempotence": True}),
        "enable.idempotence is a producer property and will be ignored",
    ),
    "the harness's own": (
        producer({"bootstrap.servers": "localhost:9092"}),
        "leave out bootstrap.servers; the harness sets it",
    ),
    "of transactions": (
        producer({"retries": 0, "ack": 1}, transactions=Transactions()),
        'No such configuration property: "ack"',
    ),
    "of a processor's consumer": (
        processor(consumer={"acks": "all"}),
        "settings of the consumer of processor 'processor': ",
    ),
    "of a processor's producer": (
        processor(producer={"linger": 5}, progress="transaction"),
        "settings of the producer of processor 'processor': No such configuration property: \"li",
    ),
    "librdkafka's, for the Java tool": (
        producer({"message.timeout.ms": 5000}, client="console"),
        "unknown setting 'message.timeout.ms' in producer 'producer'; ",
    ),
    "Java's value, misspelt": (
        producer({"acks": "al"}, client="console"),
        "acks of producer 'producer': expected -1 or 0 or 1 or all, got 'al'",
    ),
    "librdkafka's, for the Java consumer": (
        consumer({"enable.partition.eof": True}, mode="console"),
        "unknown setting 'enable.partition.eof' in consumer 'consumer'; ",
    ),
    "a topic's, misspelt": (
        topic({"min.insync.replica": 2}),
        "unknown setting 'min.insync.replica' in topic 'orders'; did you mean min.insync.replicas",
    ),
    "a policy that no topic has": (
        topic({"cleanup.policy": "squash"}),
        "cleanup.policy of topic 'orders': expected compact or delete, got 'squash'",
    ),
    "a number out of range": (
        topic({"min.cleanable.dirty.ratio": 1.5}),
        "expected a number from 0 up to 1.0, got 1.5",
    ),
    "a text for a number": (topic({"retention.ms": "a day"}), "expected a whole number from -1"),
    "a number for a switch": (
        topic({"unclean.leader.election.enable": 1}),
        "expected true or false, got 1",
    ),
    "of a path's topics": (
        feed({"retention": 5}),
        "unknown setting 'retention' in topic_settings of path 'main'",
    ),
    "by a step": (
        msgspec.structs.replace(logs(), steps=(after().configure("orders", "retention.m", 5),)),
        "unknown setting 'retention.m' in step 'configure'; did you mean retention.ms",
    ),
    "a broker's, misspelt": (
        servers(broker_settings={"offsets.retention.minute": 1}),
        "unknown setting 'offsets.retention.minute' in topology.broker_settings; did you mean off",
    ),
    "a worker's, misspelt": (
        servers(connect_settings={"offset.flush.interval": 1}),
        "unknown setting 'offset.flush.interval' in topology.connect_settings; did you mean off",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_its_owner_refuses_or_ignores_is_refused(case: str) -> None:
    scenario, sentence = REFUSED[case]
    with pytest.raises(UsageError) as refused:
        compile_plan(scenario, 7)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "scenario",
    [
        producer({"acks": "all", "linger.ms": "5", "delivery.timeout.ms": 30_000}),
        producer({"transaction.timeout.ms": 2_000}, transactions=Transactions()),
        producer({"acks": "1", "batch.size": 100, "linger.ms": 5}, client="console"),
        consumer({"partition.assignment.strategy": "cooperative-sticky"}, static=True),
        consumer({"debug": "all", "isolation.level": "read_uncommitted"}, mode="assigned"),
        consumer({"isolation.level": "read_uncommitted"}, mode="console"),
        topic({"cleanup.policy": "compact,delete", "retention.ms": "60000", "preallocate": True}),
        servers(
            broker_settings={"log.cleaner.threads": 2, "listener.name.client.ssl.key": "x"},
            connect_settings={"producer.acks": 1, "offset.flush.interval.ms": 1000},
        ),
    ],
)
def test_what_its_owner_takes_is_taken(scenario: Scenario) -> None:
    assert compile_plan(scenario, 7).scenario == scenario
