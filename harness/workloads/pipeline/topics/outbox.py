"""What a Python feed has to send: every record is sent again until it is acknowledged."""

from collections import deque
from collections.abc import Iterable
from typing import Any, Literal, cast

import msgspec
from confluent_kafka import KafkaException

from harness.model.ports.clients import Report
from harness.model.ports.stack import Stack
from harness.model.value import Settings, Value
from harness.workloads.pipeline.topics.encoding import Record

BATCH = 1_000
CLOSE_LIMIT_S = 2.0
AGAIN_S = 0.002
"""When to settle again what is on its way: a real producer has waited for that, a fake one not."""
PRODUCER: Settings = {
    "acks": "all",
    "enable.idempotence": True,
    "partitioner": "murmur2_random",
    "linger.ms": 5,
    # The producer repeats a record without doubling it, the outbox cannot: so it never gives up.
    "message.timeout.ms": 0,
}


class OutboxSettings(Value, frozen=True, kw_only=True):
    """What a feed's settings say of how it sends; those of the producer itself come beside them."""

    tolerance: Literal["none", "all"] = msgspec.field(default="none", name="errors.tolerance")
    once: Literal["required", "disabled"] = msgspec.field(
        default="required", name="exactly.once.support"
    )
    """The feed outlives all faults, so an idempotent producer is all that it takes; without the
    promise the producer is a plain one."""


def outbox(stack: Stack, settings: OutboxSettings, producer: Settings) -> "Outbox":
    """What a feed with these settings has to send; those of the producer have the last word."""
    plain: Settings = {} if settings.once == "required" else {"enable.idempotence": False}
    return Outbox(stack, {**plain, **producer}, tolerant=settings.tolerance == "all")


class Outbox:
    """Sends records in order, one batch after the other.

    A batch of which a record failed is sent again as a whole, by a new producer.

    Args:
        settings: laid over those of the producer.
        tolerant: drop what failed and go on.
    """

    def __init__(self, stack: Stack, settings: Settings, *, tolerant: bool = False) -> None:
        self._stack = stack
        self._settings = {**PRODUCER, **settings}
        self._tolerant = tolerant
        self._waiting: deque[Record] = deque()
        self._batch: list[Record] = []
        self._unreported = 0
        self._failed = False
        self._producer = stack.kafka.producer(self._settings)

    def put(self, records: Iterable[Record]) -> None:
        """Send these when what was put before is acknowledged."""
        self._waiting.extend(records)

    def settle(self, timeout_s: float) -> bool:
        """Send what is due and wait for reports; whether everything is acknowledged."""
        try:
            self._producer.poll(timeout_s)
        except KafkaException:
            # A fatal error, of which the client tells once; the reports still come.
            self._failed = True
        if self._unreported:
            return False
        if self._failed:
            self._failed = False
            self._producer = self._stack.kafka.producer(self._settings)
            if not self._tolerant:
                self._send()
                return False
        self._batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        self._send()
        return not self._batch

    def close(self) -> None:
        """Wait a moment for what is on its way."""
        self._producer.flush(CLOSE_LIMIT_S)

    def _send(self) -> None:
        try:
            for record in self._batch:
                # The client takes a tombstone; the port does not know of any.
                value = cast("bytes", record.value)
                self._producer.produce(
                    record.topic, value, key=record.key, on_delivery=self._reported
                )
                self._unreported += 1
        except (KafkaException, BufferError):
            self._failed = True

    def _reported(self, error: Any, _: Report) -> None:  # noqa: ANN401 - of an untyped library
        self._unreported -= 1
        self._failed = self._failed or error is not None
