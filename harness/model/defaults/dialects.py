"""What Kafka's clients do where a scenario says nothing: one table of defaults per client dialect.

A setting that is here decides a promise. `LIBRDKAFKA` is the Python client, under the harness's own
settings in `EVERY_PRODUCER` and `EVERY_CONSUMER`; `java(...)` is the Java client, which Kafka's
console tools and Connect run. Tests compare the tables with the clients themselves.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from harness.model.value import Scalar, Settings, is_on

Acks: TypeAlias = Literal["none", "leader", "all"]
"""Who has a record before it is acknowledged: no broker, the leader, every replica in sync."""

EVERY_PRODUCER: Settings = {"message.timeout.ms": 60_000}  # longer than any fault
EVERY_CONSUMER: Settings = {"session.timeout.ms": 6_000, "heartbeat.interval.ms": 1_000}
"""The harness's own, for each Python client: only how soon it notices a failure, or gives up."""
READER: Settings = {"auto.offset.reset": "earliest", "enable.partition.eof": True}
"""The harness's own, for each consumer of the traffic."""

BY_BROKERS = ("session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy")
"""What the brokers decide with `group.protocol=consumer`; a client refuses these settings then."""


class Dialect(NamedTuple):
    """A client: the names of its settings, and their values where nobody gives one."""

    synonyms: Mapping[str, str]
    """Other name of a setting → the name that stands here."""
    producer: Settings
    consumer: Settings
    mutes_partitions: bool
    """With one request in flight: whether it sends nothing more to a *partition*, wherever its
    leader is, until the request is answered. A limit for each *connection* does not keep order:
    after an election the next record goes to the new leader, and the unanswered one follows it."""

    def named(self, settings: Settings) -> Settings:
        """`settings` by the names that stand here."""
        return {self.synonyms.get(name, name): value for name, value in settings.items()}

    def of_producer(self, given: Settings) -> Settings:
        """All settings of a producer that is given some."""
        return {**self.producer, **self.named(given)}

    def of_consumer(self, given: Settings) -> Settings:
        """All settings of a consumer that is given some."""
        return {**self.consumer, **self.named(given)}


class Sending(NamedTuple):
    """What a producer's settings come to."""

    acks: Acks
    idempotent: bool
    retries: int
    in_flight: int
    keeps_order: bool
    """Whether a record that is sent again never comes after one that was sent later."""


LIBRDKAFKA = Dialect(
    synonyms={
        "request.required.acks": "acks",
        "max.in.flight.requests.per.connection": "max.in.flight",
        "message.send.max.retries": "retries",
        "delivery.timeout.ms": "message.timeout.ms",
    },
    producer={
        "acks": "all",
        "enable.idempotence": False,
        "max.in.flight": 1_000_000,
        "retries": 2_147_483_647,
        "partitioner": "consistent_random",
        "transaction.timeout.ms": 60_000,
        **EVERY_PRODUCER,
    },
    consumer={
        "isolation.level": "read_committed",
        "enable.auto.commit": True,
        "enable.auto.offset.store": True,
        "max.poll.interval.ms": 300_000,
        "group.protocol": "classic",
        **EVERY_CONSUMER,
        **READER,
    },
    # It holds a partition back for requests on their way only when it is idempotent
    # (rd_kafka_toppar_producer_serve: `wait_drain`).
    mutes_partitions=False,
)

_JAVA_PRODUCER: Settings = {
    "acks": "all",
    "enable.idempotence": True,
    "max.in.flight": 5,
    "retries": 2_147_483_647,
    "partitioner": "murmur2_random",  # as librdkafka calls it; a record without a key goes anywhere
    "transaction.timeout.ms": 60_000,
}
_JAVA_CONSUMER: Settings = {
    "isolation.level": "read_uncommitted",
    "auto.offset.reset": "latest",
    "enable.auto.commit": True,
    # It commits what a poll returned with the next poll: there is nothing to store.
    "enable.auto.offset.store": False,
    "max.poll.interval.ms": 300_000,
    "session.timeout.ms": 45_000,
    "group.protocol": "classic",
}
CONSOLE_PRODUCER: Settings = {"retries": 3}
"""What `kafka-console-producer.sh` sets by itself."""
CONSOLE_CONSUMER: Settings = {"auto.offset.reset": "earliest", "enable.auto.commit": False}
"""What `kafka-console-consumer.sh` sets by itself with `--from-beginning` and no group."""
CONNECT_PRODUCER: Settings = {"acks": "all", "enable.idempotence": False, "max.in.flight": 1}
"""What a Connect worker sets for the producer of a source that it does not run in transactions."""


def java(version: str | None = None) -> Dialect:
    """The Java client of a version of Kafka; None is one of those that the harness pins."""
    line = _numbers(version)
    old: Settings = {}
    if line < (3, 0, 0):
        old = {"acks": "1", "enable.idempotence": False}
    elif line in {(3, 0, 0), (3, 1, 0)}:
        old = {"enable.idempotence": False}  # meant to be on; KAFKA-13598
    return Dialect(
        synonyms={"max.in.flight.requests.per.connection": "max.in.flight"},
        producer={**_JAVA_PRODUCER, **old},
        consumer=_JAVA_CONSUMER,
        mutes_partitions=True,
    )


def console(version: str | None = None) -> Dialect:
    """Kafka's console tools of a version: the Java client, and what the tools set by themselves."""
    client = java(version)
    return client._replace(
        producer={**client.producer, **CONSOLE_PRODUCER},
        consumer={**client.consumer, **CONSOLE_CONSUMER},
    )


def connect() -> Dialect:
    """The clients that a Connect worker runs for connectors without transactions."""
    client = java()
    return client._replace(producer={**client.producer, **CONNECT_PRODUCER})


def acks_of(value: Scalar) -> Acks:
    """What a value of `acks` means.

    >>> acks_of(-1), acks_of("all"), acks_of("1"), acks_of(0)
    ('all', 'all', 'leader', 'none')
    """
    text = str(value).lower()
    if text in {"all", "-1"}:
        return "all"
    return "none" if text == "0" else "leader"


def sending(dialect: Dialect, given: Settings) -> Sending:
    """What a producer of `dialect` does with the settings that it is `given`."""
    named = dialect.named(given)
    settings = dialect.of_producer(given)
    acks, in_flight = acks_of(settings["acks"]), int(settings["max.in.flight"])
    retries = int(settings["retries"])
    transactional = bool(settings.get("transactional.id"))
    idempotent = transactional or is_on(settings["enable.idempotence"])
    if idempotent and not transactional and "enable.idempotence" not in named:
        # By default only: Java's client gives it up, without a word, for settings that rule it out.
        idempotent = acks == "all" and retries > 0 and in_flight <= 5
    alone = in_flight == 1 and dialect.mutes_partitions
    return Sending(
        acks="all" if idempotent else acks,
        idempotent=idempotent,
        retries=retries,
        in_flight=in_flight,
        keeps_order=idempotent or retries == 0 or alone,
    )


def partitioner_of(dialect: Dialect, given: Settings) -> str:
    """The function that chooses the partition of a record with a key."""
    name = str(dialect.of_producer(given)["partitioner"])
    family = name.removesuffix("_random")
    return {"consistent": "crc32"}.get(family, family)


def _numbers(version: str | None) -> tuple[int, ...]:
    if version is None:
        return (3, 9, 0)
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])
