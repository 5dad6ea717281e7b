"""From an event of a Python feed to a record of a change topic."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from harness.model.ports import Stack
from harness.workloads.pipeline import events_schema


@dataclass(frozen=True, slots=True)
class Record:
    """A record to be sent; one without a value is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None


class Encoder:
    """Encodes Avro in Confluent's wire format.

    The schemas are registered at once, so that the registry is not asked again while traffic runs.

    Args:
        value_schema: the schema of values.
        sample: a value that it fits.
    """

    def __init__(
        self, stack: Stack, topics: Iterable[str], value_schema: str, sample: dict[str, Any]
    ) -> None:
        with stack.registry.client() as client:
            self._key = AvroSerializer(client, events_schema.KEY)
            self._value = AvroSerializer(client, value_schema)
            for topic in topics:
                self.record(topic, 0, sample)

    def record(self, topic: str, key: int, value: dict[str, Any] | None) -> Record:
        """The record of `value`, None for a tombstone, under the key of a row."""
        key_bytes = self._key({"id": key}, SerializationContext(topic, MessageField.KEY))
        assert key_bytes is not None  # noqa: S101 - only None becomes None
        context = SerializationContext(topic, MessageField.VALUE)
        return Record(topic, key_bytes, self._value(value, context))
