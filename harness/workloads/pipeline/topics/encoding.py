"""From an event of a Python feed to a record of a change topic."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx2
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from harness.kit.http import HttpError
from harness.kit.waits import wait_until
from harness.model.avro import columns, row_types
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.topics import events_schema

log = logging.getLogger(__name__)

GONE = 404
REGISTER_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Record:
    """A record to be sent; one without a value is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class _Written:
    """How values of a topic are written."""

    schema: str
    serializer: AvroSerializer
    versions_are_text: bool
    number: int | None
    """The id of the schema, where the registry was asked for its newest."""


class Encoder:
    """Encodes Avro in Confluent's wire format.

    The schemas are registered at once, so that the registry is not asked again while traffic runs,
    unless its newest schemas are to be followed.

    Args:
        value_schema: the schema of values.
        sample: a value that it fits.
    """

    def __init__(
        self, stack: Stack, topics: Iterable[str], value_schema: str, sample: dict[str, Any]
    ) -> None:
        self._registry = stack.registry
        self._sample = sample
        self._key: AvroSerializer
        self._values: dict[str, _Written] = {}
        schemas = dict.fromkeys(topics, value_schema)
        wait_until(
            "the registry to accept the schemas of a feed",
            lambda: self._register(schemas),
            limit_s=REGISTER_LIMIT_S,
            interval_s=0.2,
            retry_on=(httpx2.TransportError,),
        )

    def record(self, topic: str, key: int, value: dict[str, Any] | None) -> Record:
        """The record of `value`, None for a tombstone, under the key of a row."""
        key_bytes = self._key({"id": key}, SerializationContext(topic, MessageField.KEY))
        assert key_bytes is not None  # noqa: S101 - only None becomes None
        written = self._values[topic]
        if written.versions_are_text and value is not None:
            value = _with_text(value)
        context = SerializationContext(topic, MessageField.VALUE)
        return Record(topic, key_bytes, written.serializer(value, context))

    def follow(self) -> None:
        """Write by the newest schema of each topic, and register anew what the registry lost.

        While the registry does not answer, all stays as it is.
        """
        try:
            self._follow()
        except (HttpError, SchemaRegistryError, httpx2.TransportError, OSError) as error:
            # One that is starting does not know everything yet: not even what it has.
            log.warning("the latest schemas could not be read: %s", error)

    def _follow(self) -> None:
        for topic, written in self._values.items():
            try:
                number, schema = self._registry.latest(f"{topic}-value")
            except HttpError as error:
                if error.status != GONE:
                    raise
                self._register({name: each.schema for name, each in self._values.items()})
                return
            if (number, schema) != (written.number, written.schema):
                with self._registry.client() as client:
                    self._values[topic] = self._written(client, topic, schema, number)
                log.info("%s is now written with schema %d", topic, number)

    def _register(self, schemas: dict[str, str]) -> None:
        """Register the schemas of keys and values; all of them, or nothing has changed."""
        with self._registry.client() as client:
            key = AvroSerializer(client, events_schema.KEY)
            values = {}
            for topic, schema in schemas.items():
                key({"id": 0}, SerializationContext(topic, MessageField.KEY))
                values[topic] = self._written(client, topic, schema)
        self._key, self._values = key, values

    def _written(
        self, client: SchemaRegistryClient, topic: str, schema: str, number: int | None = None
    ) -> _Written:
        """A way to write values that has asked the registry for all that it will need.

        The schema is registered unless it has a `number`, its id in the registry.
        """
        rows = row_types(json.loads(schema))
        textual = any(columns(row)["version"] == "string" for row in rows)
        conf = {"auto.register.schemas": number is None}
        serializer = AvroSerializer(client, schema, conf=conf)
        sample = _with_text(self._sample) if textual else self._sample
        serializer(sample, SerializationContext(topic, MessageField.VALUE))
        return _Written(schema, serializer, textual, number)


def _with_text(value: dict[str, Any]) -> dict[str, Any]:
    """`value` with the versions of its rows as text."""
    if "version" in value:
        return {**value, "version": str(value["version"])}
    return {
        name: _with_text(part) if isinstance(part, dict) and "version" in part else part
        for name, part in value.items()
    }
