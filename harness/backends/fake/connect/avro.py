"""Connect's schemas as Avro spells them, and back, as converters do it."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from harness.backends.fake.connect.data import DECIMAL, TIMESTAMP, Schema

KINDS = {
    "int8": "int",
    "int16": "int",
    "int32": "int",
    "int64": "long",
    "float32": "float",
    "float64": "double",
    "boolean": "boolean",
    "string": "string",
    "bytes": "bytes",
}
OF_AVRO = {"int": "int32", "long": "int64", "float": "float32", "double": "float64"}
PRECISION = 64
_ODD = re.compile(r"[^A-Za-z0-9_.]")
_MS_PER_S = 1000


def text_of(schema: Schema) -> str:
    """The schema in Avro, as the registry is given it."""
    return json.dumps(_Writer().type_of(schema, "ConnectDefault"))


class _Writer:
    """Spells each named type once: from then on its name stands for it."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def type_of(self, schema: Schema, otherwise: str) -> Any:  # noqa: ANN401 - JSON
        bare = self._bare(schema, otherwise)
        if not schema.optional:
            return bare
        return ["null", bare] if schema.default is None else [bare, "null"]

    def _bare(self, schema: Schema, otherwise: str) -> Any:  # noqa: ANN401 - JSON
        match schema.kind:
            case "struct":
                return self._record(schema, otherwise)
            case "array":
                assert schema.items is not None  # noqa: S101 - an array has items
                return {"type": "array", "items": self.type_of(schema.items, otherwise)}
            case kind:
                return _named(schema, KINDS[kind])

    def _record(self, schema: Schema, otherwise: str) -> Any:  # noqa: ANN401 - JSON
        name = _ODD.sub("_", schema.name or otherwise)
        if name in self._told:
            return name
        self._told.add(name)
        fields = []
        for each, kind in schema.fields:
            field: dict[str, Any] = {"name": each, "type": self.type_of(kind, f"{name}_{each}")}
            if kind.optional or kind.default is not None:
                field["default"] = kind.default
            fields.append(field)
        named = {"connect.name": schema.name} if schema.name else {}
        return {"type": "record", "name": name, "fields": fields, **named}


def _named(schema: Schema, kind: str) -> Any:  # noqa: ANN401 - JSON
    if schema.name is None:
        return kind
    told: dict[str, Any] = {"type": kind, "connect.version": 1, "connect.name": schema.name}
    if schema.parameters:
        told["connect.parameters"] = dict(schema.parameters)
    if schema.name == DECIMAL:
        scale = int(dict(schema.parameters)["scale"])
        told |= {"logicalType": "decimal", "scale": scale, "precision": PRECISION}
    if schema.name == TIMESTAMP:
        told["logicalType"] = "timestamp-millis"
    return told


def schema_of(text: str) -> Schema:
    """Connect's schema, of Avro's.

    Raises:
        KeyError: or TypeError, ValueError: it is none that a converter wrote.
    """
    return _read(json.loads(text), {})


def _read(told: Any, known: dict[str, Schema]) -> Schema:  # noqa: ANN401 - JSON
    if isinstance(told, list):
        (bare,) = (each for each in told if each != "null")
        return _read(bare, known).or_null()
    if isinstance(told, str):
        return known[told] if told in known else Schema(OF_AVRO.get(told, told))
    if told["type"] == "record":
        fields = tuple((each["name"], _read(each["type"], known)) for each in told["fields"])
        found = Schema("struct", told.get("connect.name", told["name"]), fields=fields)
        known[told["name"]] = found
        return found
    if told["type"] == "array":
        return Schema("array", items=_read(told["items"], known))
    kind = OF_AVRO.get(told["type"], told["type"])
    parameters = tuple(dict(told.get("connect.parameters", {})).items())
    return Schema(kind, told.get("connect.name"), parameters=parameters)


def plain(value: Any) -> Any:  # noqa: ANN401 - as its schema says
    """A decoded value as Connect has it: moments are milliseconds."""
    match value:
        case datetime():
            return round(value.timestamp() * _MS_PER_S)
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case _:
            return value
