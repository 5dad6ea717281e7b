"""Converters: how a part of a record becomes bytes, and back.

As Connect's, they raise when they cannot; what then becomes of the record is for the task to say.
"""

import io
import json
import struct as binary
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

import fastavro

from harness.backends.fake.connect import avro, json_form
from harness.backends.fake.connect.data import NULL, TEXT, Part, Schema, TaskError
from harness.backends.fake.connect.reading import below
from harness.model.ports.registry import SchemaRegistry
from harness.model.value import Settings, is_on

Headers: TypeAlias = Mapping[str, bytes]
Registry: TypeAlias = Callable[[], SchemaRegistry]
WORKERS_OWN = "org.apache.kafka.connect.json.JsonConverter"
NOT_READ = (KeyError, TypeError, ValueError, IndexError, EOFError, UnicodeDecodeError)
"""What decoders raise at bytes that nobody like them wrote."""


class Converter(Protocol):
    """Writes and reads the keys, or the values, of a connector."""

    def write(self, topic: str, part: Part) -> tuple[bytes | None, Headers]:
        """Bytes, and headers that belong to them.

        Raises:
            TaskError: the part cannot be written.
        """

    def read(self, topic: str, data: bytes | None, headers: Headers) -> Part:
        """What the bytes say.

        Raises:
            TaskError: they cannot be read.
        """


class AvroConverter:
    """Apicurio's, which names a schema by its id before the bytes, or in a header."""

    def __init__(self, part: str, settings: Settings, registry: Registry) -> None:
        own = below(settings, f"{part}.converter.apicurio.registry.")
        self._part = part
        self._registry = registry
        self._width = 4 if is_on(own.get("as-confluent", False)) else 8
        self._id_name = str(own.get("use-id", "globalId"))
        self._in_headers = is_on(own.get("headers.enabled", False))
        self._written: dict[tuple[str, Schema], tuple[int, Any]] = {}
        self._read: dict[int, tuple[Any, Schema]] = {}

    def write(self, topic: str, part: Part) -> tuple[bytes | None, Headers]:
        """Register the schema when it is new here, and write by it."""
        if part.value is None:
            return None, {}
        if part.schema is None:
            raise TaskError(f"Avro needs a schema, and the {self._part} has none")
        number, parsed = self._known(topic, part.schema)
        out = io.BytesIO()
        try:
            fastavro.schemaless_writer(out, parsed, part.value)
        except (*NOT_READ, AttributeError) as error:
            raise TaskError(f"the {self._part} is not what its schema says: {error}") from error
        if self._in_headers:
            name = f"apicurio.{self._part}.{self._id_name}"
            return out.getvalue(), {name: number.to_bytes(8, "big")}
        return b"\0" + number.to_bytes(self._width, "big") + out.getvalue(), {}

    def read(self, topic: str, data: bytes | None, headers: Headers) -> Part:
        """Read by the schema that the bytes, or a header, name."""
        if data is None:
            return NULL
        told = headers.get(f"apicurio.{self._part}.{self._id_name}")
        begin = 0 if told is not None else 1 + self._width
        if told is None and (data[:1] != b"\0" or len(data) < begin):
            raise TaskError(f"Unknown magic byte in the {self._part} of a record of {topic}")
        number = int.from_bytes(told if told is not None else data[1:begin], "big")
        parsed, schema = self._schema(number)
        try:
            value = fastavro.schemaless_reader(io.BytesIO(data[begin:]), parsed, None)
        except NOT_READ as error:
            raise TaskError(f"the {self._part} is not Avro of its schema: {error}") from error
        return Part(schema, avro.plain(value))

    def _known(self, topic: str, schema: Schema) -> tuple[int, Any]:
        if (topic, schema) not in self._written:
            text = avro.text_of(schema)
            number = self._asked(lambda: self._registry().register(f"{topic}-{self._part}", text))
            self._written[topic, schema] = number, fastavro.parse_schema(json.loads(text))
        return self._written[topic, schema]

    def _schema(self, number: int) -> tuple[Any, Schema]:
        if number not in self._read:
            text = self._asked(lambda: self._registry().schema_by(self._id_name, number))
            self._read[number] = fastavro.parse_schema(json.loads(text)), avro.schema_of(text)
        return self._read[number]

    def _asked(self, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever was asked for
        try:
            return ask()
        except Exception as error:  # its client is of two libraries, whose errors have no root
            raise TaskError(f"the registry did not answer: {error}") from error


class JsonConverter:
    """Connect's own, with the schema in each record or without."""

    def __init__(self, part: str, settings: Settings, _: Registry) -> None:
        self._with_schema = is_on(settings.get(f"{part}.converter.schemas.enable", True))

    def write(self, _topic: str, part: Part) -> tuple[bytes | None, Headers]:
        """Text of JSON."""
        if part.value is None:
            return None, {}
        payload = json_form.written(part.schema, part.value)
        if self._with_schema:
            schema = None if part.schema is None else json_form.spelled(part.schema)
            payload = {"schema": schema, "payload": payload}
        return json.dumps(payload, default=_texts).encode(), {}

    def read(self, topic: str, data: bytes | None, _: Headers) -> Part:
        """Read by the schema that comes with it, if it has to."""
        if data is None:
            return NULL
        try:
            found = json.loads(data)
            if not self._with_schema:
                return Part(None, found)
            told = found["schema"]
            schema = None if told is None else json_form.schema_of(told)
            return Part(schema, json_form.read(schema, found["payload"]))
        except NOT_READ as error:
            raise TaskError(f"a record of {topic} is not JSON with a schema: {error}") from error


class StringConverter:
    """Texts; whatever is none becomes one."""

    def __init__(self, _part: str, _settings: Settings, _: Registry) -> None:
        pass

    def write(self, _topic: str, part: Part) -> tuple[bytes | None, Headers]:
        """UTF-8."""
        return (None if part.value is None else str(part.value).encode()), {}

    def read(self, topic: str, data: bytes | None, _: Headers) -> Part:
        """UTF-8."""
        try:
            return NULL if data is None else Part(TEXT, data.decode())
        except UnicodeDecodeError as error:
            raise TaskError(f"a record of {topic} is no text: {error}") from error


class NumberConverter:
    """Whole numbers of some bytes.

    Args:
        form: of the bytes, as `struct` spells it.
        kind: of the schema.
    """

    def __init__(self, form: str, kind: str) -> None:
        self._form = form
        self._schema = Schema(kind)

    def write(self, _topic: str, part: Part) -> tuple[bytes | None, Headers]:
        """Big-endian, with a sign."""
        try:
            return (None if part.value is None else binary.pack(self._form, part.value)), {}
        except binary.error as error:
            raise TaskError(f"{part.value!r} is not a number of its converter: {error}") from error

    def read(self, topic: str, data: bytes | None, _: Headers) -> Part:
        """Big-endian, with a sign."""
        try:
            found = None if data is None else binary.unpack(self._form, data)[0]
        except binary.error as error:
            raise TaskError(f"a record of {topic} is not a number: {error}") from error
        return Part(self._schema, found)


MAKERS: dict[str, Callable[[str, Settings, Registry], Converter]] = {
    "AvroConverter": AvroConverter,
    "JsonConverter": JsonConverter,
    "StringConverter": StringConverter,
    "LongConverter": lambda *_: NumberConverter(">q", "int64"),
    "IntegerConverter": lambda *_: NumberConverter(">i", "int32"),
    "ShortConverter": lambda *_: NumberConverter(">h", "int16"),
}
"""By the name of a converter's class."""


def converter(part: str, settings: Settings, registry: Registry) -> Converter:
    """What a connector's settings say of its keys or its values; the workers' own without them.

    Raises:
        TaskError: the fake has no such converter.
    """
    name = str(settings.get(f"{part}.converter", WORKERS_OWN)).rpartition(".")[2]
    if name not in MAKERS:
        raise TaskError(f"the fake Connect has no converter {name}; it has {', '.join(MAKERS)}")
    return MAKERS[name](part, settings, registry)


def _texts(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} cannot be JSON")
