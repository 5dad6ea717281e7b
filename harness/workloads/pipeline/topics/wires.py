"""How bytes of a record become values: Avro by a registry, JSON with or without its schema, others.

A part is read by what the feed's settings say of its converter. Avro's schema is named in the bytes
(four bytes as Confluent writes them, eight as Apicurio does by itself) or in a header.
"""

import io
import json
import struct
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import fastavro
import httpx2
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.error import SchemaRegistryError

from harness.history.history import NOTHING
from harness.kit.errors import HarnessError
from harness.kit.http import HttpError
from harness.model.pipeline.feed_format import Wire
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.workloads.pipeline.topics.avro_texts import Type, columns_of
from harness.workloads.pipeline.topics.connect_json import columns_in, payload_of

Headers: TypeAlias = Mapping[str, bytes]
CONFLUENT, APICURIO = 4, 8
NOT_FOUND = 404
_SIZES = {8: ">q", 4: ">i", 2: ">h"}
_IDS = ("contentId", "globalId")
"""What Apicurio names a schema by, in a header."""


class RegistryLostError(HarnessError):
    """The registry did not say what a schema is: the same record may be read later."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A part of a record."""

    value: Any
    schema: int = NOTHING
    """Its id in the registry."""
    types: Mapping[str, Type] = field(default_factory=dict)
    """Of the columns of its row, where the record says them itself."""


EMPTY = Decoded(None)


class Wires:
    """Reads the parts of the records of one feed; keeps the schemas that it has met.

    Args:
        stack: has the registry.
        wires: how `key` and `value` are written.
        settings: of the feed's connector.
    """

    def __init__(self, stack: Stack, wires: Mapping[str, Wire], settings: Settings) -> None:
        self._wires = wires
        self._registry = stack.registry if set(wires.values()) & {"avro", "any"} else None
        self._open = ExitStack()
        self._client: Any = (
            self._open.enter_context(self._registry.client()) if self._registry else None
        )
        self._avro = AvroDeserializer(self._client) if self._client else None
        self._ids = {part: _id_of(part, settings) for part in wires}
        self._schemas: dict[tuple[str, int], Any] = {}
        self._types: dict[int, Mapping[str, Type]] = {}

    def close(self) -> None:
        """Hang up on the registry."""
        self._open.close()

    def read(self, part: str, data: bytes | None, headers: Headers) -> Decoded:
        """What a part of a record says.

        Raises:
            RegistryLostError: it has a schema that is new here, and the registry is not there.
            ValueError: or KeyError, TypeError, SerializationError, SchemaRegistryError: its bytes
                are not what its converter writes, or its schema is not in the registry.
        """
        if data is None:
            return EMPTY
        wire = self._wires[part]
        if wire == "any":
            wire = "avro" if data[:1] == b"\0" else "json"
        match wire:
            case "number":
                return Decoded(struct.unpack(_SIZES[len(data)], data)[0])
            case "text":
                return Decoded(data.decode())
            case "json":
                return _json(data)
            case "avro":
                return self._by_registry(part, data, headers)

    def _by_registry(self, part: str, data: bytes, headers: Headers) -> Decoded:
        try:
            return self._read_avro(part, data, headers)
        except httpx2.TransportError as error:
            raise RegistryLostError(f"the registry does not answer: {error}") from error
        except (SchemaRegistryError, HttpError) as error:
            status = getattr(error, "http_status_code", None) or getattr(error, "status", NOT_FOUND)
            if status != NOT_FOUND:
                raise RegistryLostError(f"the registry returned an error: {error}") from error
            raise ValueError(f"the registry does not know the schema: {error}") from error

    def types(self, found: Decoded) -> Mapping[str, Type]:
        """The types of the columns of a row, as far as its schema tells.

        Raises:
            RegistryLostError: the registry does not say what its schema is.
        """
        if found.types or found.schema == NOTHING or self._client is None:
            return found.types
        if found.schema not in self._types:
            try:
                text = str(self._client.get_schema(found.schema).schema_str)
                self._types[found.schema] = columns_of(text)
            except (httpx2.TransportError, SchemaRegistryError) as error:
                raise RegistryLostError(f"the registry returned an error: {error}") from error
            except (KeyError, TypeError, ValueError):
                self._types[found.schema] = {}  # no schema of rows that we know
        return self._types[found.schema]

    def schema_of(self, data: bytes | None) -> int:
        """The id of the schema that the bytes of a value name; NOTHING for none."""
        framed = self._wires["value"] in {"avro", "any"} and self._ids["value"][1] == CONFLUENT
        return int.from_bytes(data[1:5], "big") if framed and data and data[0] == 0 else NOTHING

    def _read_avro(self, part: str, data: bytes, headers: Headers) -> Decoded:
        assert self._avro is not None  # noqa: S101 - Avro is among the wires
        for name in _IDS:
            told = headers.get(f"apicurio.{part}.{name}")
            if told is not None:
                return self._by_apicurio(name, int.from_bytes(told, "big"), data)
        name, size = self._ids[part]
        if size == APICURIO:
            if data[:1] != b"\0":
                raise ValueError("no schema id")
            number = int.from_bytes(data[1 : 1 + size], "big")
            return self._by_apicurio(name, number, data[1 + size :])
        return Decoded(self._avro(data, None), int.from_bytes(data[1 : 1 + size], "big"))

    def _by_apicurio(self, name: str, number: int, data: bytes) -> Decoded:
        """Decode by a schema that Apicurio's own interface knows by that id."""
        known = self._schemas.get((name, number))
        if known is None:
            assert self._registry is not None  # noqa: S101 - as above
            text = self._registry.schema_by(name, number)
            known = fastavro.parse_schema(json.loads(text)), _columns(text)
            self._schemas[name, number] = known
        schema, types = known
        return Decoded(fastavro.schemaless_reader(io.BytesIO(data), schema, None), types=types)


def headers_of(pairs: Any) -> dict[str, bytes]:  # noqa: ANN401 - as the client hands them out
    """The headers of a record by name; the last of several of one name."""
    return {name: value for name, value in pairs or () if value is not None}


def _columns(text: str) -> Mapping[str, Type]:
    try:
        return columns_of(text)
    except (KeyError, TypeError, ValueError):
        return {}  # no schema of rows that we know


def _id_of(part: str, settings: Settings) -> tuple[str, int]:
    """By what Avro's bytes name their schema, and in how many bytes."""
    prefix = f"{part}.converter.apicurio.registry"
    own = str(settings.get(f"{part}.converter", "")).startswith("io.apicurio")
    short = str(settings.get(f"{prefix}.as-confluent", not own)).lower() == "true"
    name = str(settings.get(f"{prefix}.use-id", "globalId"))
    return name, CONFLUENT if short else APICURIO


def _json(data: bytes) -> Decoded:
    found = json.loads(data)
    if isinstance(found, dict) and found.keys() == {"schema", "payload"}:
        schema = found["schema"]
        return Decoded(payload_of(schema, found["payload"]), types=columns_in(schema))
    return Decoded(found)
