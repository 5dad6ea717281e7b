"""Settings of a client: librdkafka's names, aliases and defaults, as far as the fake knows them."""

from typing import ClassVar

from harness.model.defaults.dialects import acks_of
from harness.model.value import Settings

IDEMPOTENT_IN_FLIGHT_MAX = 5
ALIASES = {
    "delivery.timeout.ms": "message.timeout.ms",
    "request.required.acks": "acks",
    "queue.buffering.max.ms": "linger.ms",
    "message.send.max.retries": "retries",
    "max.in.flight": "max.in.flight.requests.per.connection",
}


class ClientSettings:
    """A client's settings laid over defaults; one that the fake does not know has no effect."""

    DEFAULTS: ClassVar[Settings] = {
        # producer
        "acks": "all",
        "enable.idempotence": False,
        "linger.ms": 5,
        "batch.num.messages": 10_000,
        "message.max.bytes": 1_000_000,
        "message.timeout.ms": 300_000,
        "socket.timeout.ms": 60_000,
        "retries": 2_147_483_647,
        "retry.backoff.ms": 100,
        "retry.backoff.max.ms": 1_000,
        "topic.metadata.refresh.interval.ms": 300_000,
        "max.in.flight.requests.per.connection": 1_000_000,
        "queue.buffering.max.messages": 100_000,
        "partitioner": "consistent_random",
        "transactional.id": "",
        "transaction.timeout.ms": 60_000,
        # consumer
        "isolation.level": "read_committed",
        "group.id": "",
        "client.id": "rdkafka",
        "auto.offset.reset": "largest",
        "enable.auto.commit": True,
        "auto.commit.interval.ms": 5_000,
        "enable.auto.offset.store": True,
        "enable.partition.eof": False,
        "session.timeout.ms": 45_000,
        "max.poll.interval.ms": 300_000,
        "partition.assignment.strategy": "range,roundrobin",
    }

    def __init__(self, settings: Settings) -> None:
        named = {ALIASES.get(name, name): value for name, value in settings.items()}
        self._given = frozenset(named)
        self._settings: Settings = {**self.DEFAULTS, **named}

    def given(self, name: str) -> bool:
        """Whether the setting was given, rather than left at its default."""
        return name in self._given

    def number(self, name: str) -> int:
        """A whole number."""
        return int(self._settings[name])

    def seconds(self, name: str) -> float:
        """A setting in milliseconds, in seconds."""
        return float(self._settings[name]) / 1e3

    def flag(self, name: str) -> bool:
        """A setting that is true or false."""
        return str(self._settings[name]).lower() == "true"

    def text(self, name: str) -> str:
        """A setting as text."""
        return str(self._settings[name])

    @property
    def idempotent(self) -> bool:
        """Whether the client is idempotent; with a transactional id it always is."""
        return self.flag("enable.idempotence") or bool(self.text("transactional.id"))

    @property
    def acks(self) -> int:
        """How many replicas must have a record before it is acknowledged; -1 is all."""
        return {"all": -1, "leader": 1, "none": 0}[acks_of(self._settings["acks"])]
