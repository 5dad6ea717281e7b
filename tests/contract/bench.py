"""What a contract test does with a stack, real or fake, in terms of both."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from harness.kit.clock import Clock
from harness.kit.waits import Deadline, NotYet, wait_until
from harness.model.ports.clients import Consumer, Message, Producer, Report
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.model.workload import Topic

LIMIT_S = 30.0


class Bench:
    """A stack, the clock that its time runs on, and short ways to send and read."""

    def __init__(self, stack: Stack, clock: Clock) -> None:
        self.stack = stack
        self.kafka = stack.kafka
        self.clock = clock
        self._names = itertools.count(1)
        self._run = f"{clock.now_ns():x}"

    def topic(self, partitions: int = 1, replicas: int = 3, **settings: Any) -> str:
        """A new topic; settings with underscores for dots."""
        name = f"contract-{self._run}-{next(self._names)}"
        named = {key.replace("_", "."): value for key, value in settings.items()}
        self.kafka.create_topic(
            Topic(name=name, partitions=partitions, replicas=replicas, settings=named)
        )
        return name

    def group(self) -> str:
        """A group that nobody used before."""
        return f"group-{self._run}-{next(self._names)}"

    def send(
        self, topic: str, values: Sequence[bytes], *, partition: int = 0, **settings: Any
    ) -> list[tuple[Any, Report]]:
        """Produce, wait, and return the delivery reports."""
        reports: list[tuple[Any, Report]] = []
        producer = self.kafka.producer(named(settings))
        for value in values:
            producer.produce(
                topic, value, None, partition, lambda error, sent: reports.append((error, sent))
            )
        assert self.flushed(producer), "records are still on their way"
        return reports

    def flushed(self, producer: Producer) -> bool:
        """Whether everything was reported within the limit."""
        return producer.flush(LIMIT_S) == 0

    def reader(self, group: str | None = None, **settings: Any) -> Consumer:
        """A consumer, by default of a new group and from the beginning."""
        defaults: Settings = {
            "group.id": group or self.group(),
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
        return self.kafka.consumer({**defaults, **named(settings)})

    def take(self, consumer: Consumer, count: int) -> list[Message]:
        """Read until there are `count` messages (events count)."""
        taken: list[Message] = []
        deadline = Deadline(LIMIT_S, self.clock)
        while len(taken) < count and not deadline.passed:
            taken += consumer.consume(count - len(taken), 0.1)
            self.clock.pause(0.005)
        assert len(taken) == count, f"{len(taken)} of {count} messages came"
        return taken

    def nothing_comes(self, consumer: Consumer, seconds: float = 1.0) -> None:
        """Assert that the consumer gets nothing for a while."""
        deadline = Deadline(seconds, self.clock)
        while not deadline.passed:
            messages = consumer.consume(10, 0.1)
            assert not messages, [message.value() for message in messages]
            self.clock.pause(0.005)

    def wait(self, what: str, holds: Callable[[], object], *, limit_s: float = LIMIT_S) -> None:
        """Wait until `holds` is true."""
        wait_until(
            what,
            lambda: True if holds() else NotYet("not yet"),
            limit_s=limit_s,
            interval_s=0.01,
            clock=self.clock,
        )

    def wait_healthy(self) -> None:
        """Wait until everything runs and is fully replicated."""
        self.wait("the stack to be healthy", lambda: self.stack.unhealthy() is None, limit_s=60)

    def leader(self, topic: str, partition: int = 0) -> str:
        """The service that leads a partition."""
        return f"broker-{self.kafka.describe([topic])[topic][partition].leader}"


def named(settings: dict[str, Any]) -> Settings:
    """Settings with Kafka's dots."""
    return {name.replace("_", "."): value for name, value in settings.items()}


def values(count: int, first: int = 0) -> list[bytes]:
    """Distinct values."""
    return [b"%016x" % number for number in range(first, first + count)]
