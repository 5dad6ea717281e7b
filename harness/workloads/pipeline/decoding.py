"""From a record of a change topic to the event that it stands for."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import SerializationError

from harness.history.history import NOTHING
from harness.kit.errors import HarnessError
from harness.model.ports import Message, Stack
from harness.workloads.pipeline.avro_texts import Type, columns_of, text_of
from harness.workloads.pipeline.contents import Cell, Columns
from harness.workloads.pipeline.texts import FAMILIES, type_of

KINDS = {"c": "insert", "u": "update", "d": "delete", "r": "snapshot"}
SCHEMA_BYTES = slice(1, 5)
"""Where a value in Confluent's wire format carries the id of its schema."""


NOT_FOUND = 404


class RegistryLostError(HarnessError):
    """The registry did not say what a schema is: the same record may be read later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change event, or what is left of it: see `harness.history.flow`."""

    table: str
    key: int
    version: int
    before: int
    kind: str
    schema: int = NOTHING
    row: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """The row after the change, as it was decoded."""


class Decoder:
    """Decodes Avro by the registry; keeps the schemas that it has met.

    Args:
        topics: the real name of each topic → the table whose changes it carries.
        wanted: by table, the columns that `cells` tells of.
    """

    def __init__(
        self, stack: Stack, topics: Mapping[str, str], wanted: Mapping[str, Columns] | None = None
    ) -> None:
        self._topics = topics
        self._wanted = wanted or {}
        self._registry = ExitStack()
        self._client = self._registry.enter_context(stack.registry.client())
        self._avro = AvroDeserializer(self._client)
        self._types: dict[int, Mapping[str, Type]] = {}

    def close(self) -> None:
        """Hang up on the registry."""
        self._registry.close()

    def event(self, message: Message) -> Event:
        """The event in `message`; one that cannot be decoded is `unreadable`, never an error.

        Raises:
            RegistryLostError: it has a schema that is new here, and the registry is not there.
        """
        table = self._topics[message.topic()]
        try:
            key: Any = self._avro(message.key(), None)
            value: Any = self._avro(message.value(), None)
            return event_of(table, key, value, _schema(message.value()))
        except httpx2.TransportError as error:
            raise RegistryLostError(f"the registry does not answer: {error}") from error
        except (SerializationError, SchemaRegistryError, KeyError, TypeError, ValueError) as error:
            if getattr(error, "http_status_code", NOT_FOUND) != NOT_FOUND:
                raise RegistryLostError(f"the registry does not say: {error}") from error
            return Event(
                table=table, key=NOTHING, version=NOTHING, before=NOTHING, kind="unreadable",
                schema=_schema(message.value()),
            )  # fmt: skip

    def tells_of(self, event: Event) -> bool:
        """Whether `event` has a row with columns that are wanted."""
        return event.row is not None and bool(self._wanted.get(event.table))

    def cells(self, event: Event) -> Iterator[Cell]:
        """What the row of `event` holds in the wanted columns, where its schema tells.

        A column that its row has not got is NULL to whoever reads it.

        Raises:
            RegistryLostError: the registry does not say what its schema is.
        """
        types = self._types_in(event.schema)
        if event.row is None or not types:
            return
        for name, declared in self._wanted.get(event.table, {}).items():
            value, family = event.row.get(name), FAMILIES[type_of(declared)]
            text = None if value is None else text_of(value, types[name], family)
            if value is None or text is not None:
                yield Cell(event.key, event.version, name, text)

    def _types_in(self, schema: int) -> Mapping[str, Type]:
        if schema not in self._types:
            try:
                self._types[schema] = columns_of(str(self._client.get_schema(schema).schema_str))
            except (httpx2.TransportError, SchemaRegistryError) as error:
                raise RegistryLostError(f"the registry does not say: {error}") from error
            except (KeyError, TypeError, ValueError):
                self._types[schema] = {}  # no schema of rows that we know
        return self._types[schema]


def event_of(table: str, key: Any, value: Any, schema: int) -> Event:  # noqa: ANN401 - decoded Avro
    """The event that a decoded record stands for.

    Raises:
        KeyError: or TypeError, or ValueError: it has not the shape of one.
    """
    if value is not None and value.get("op") == "t":
        # It ends all rows of the table, and so has no key.
        return Event(
            table=table, key=NOTHING, version=NOTHING, before=NOTHING, kind="truncate",
            schema=schema,
        )  # fmt: skip
    number = _number(key["id"])
    if value is None:
        return Event(table=table, key=number, version=NOTHING, before=NOTHING, kind="tombstone")
    if "op" not in value:
        # A flat row, as a JDBC source writes it: it says what is, not what happened.
        return Event(
            table=table, key=number, version=_number(value["version"]), before=NOTHING,
            kind="update", schema=schema, row=value,
        )  # fmt: skip
    before, after = value["before"], value["after"]
    return Event(
        table=table,
        key=number,
        version=_number(after["version"]) if after else NOTHING,
        before=_number(before["version"]) if before else NOTHING,
        kind=KINDS[value["op"]],
        schema=schema,
        row=after,
    )


def _number(value: object) -> int:
    """A column that every reader here was promised as a number, whatever could be made of it."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def _schema(value: bytes | None) -> int:
    return int.from_bytes(value[SCHEMA_BYTES], "big") if value and value[0] == 0 else NOTHING
