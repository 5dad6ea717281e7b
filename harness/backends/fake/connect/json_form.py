"""Connect's schemas and values in the JSON of its own converter, and back."""

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harness.backends.fake.connect.data import DECIMAL, Schema


def spelled(schema: Schema, field: str | None = None) -> dict[str, Any]:
    """A schema as JSON says it."""
    told: dict[str, Any] = {"type": schema.kind, "optional": schema.optional}
    if schema.kind == "struct":
        told["fields"] = [spelled(each, name) for name, each in schema.fields]
    if schema.items is not None:
        told["items"] = spelled(schema.items)
    if schema.name is not None:
        told |= {"name": schema.name, "version": 1}
    if schema.parameters:
        told["parameters"] = dict(schema.parameters)
    if schema.default is not None:
        told["default"] = written(schema, schema.default)
    if field is not None:
        told["field"] = field
    return told


def schema_of(told: Mapping[str, Any]) -> Schema:
    """A schema, of what JSON says of it."""
    items = told.get("items")
    return Schema(
        told["type"],
        told.get("name"),
        optional=bool(told.get("optional")),
        fields=tuple((each["field"], schema_of(each)) for each in told.get("fields", ())),
        items=schema_of(items) if items else None,
        parameters=tuple(dict(told.get("parameters", {})).items()),
    )


def written(schema: Schema | None, value: Any) -> Any:  # noqa: ANN401 - as its schema says
    """A value as JSON has it."""
    if schema is None or value is None:
        return value
    match schema.kind:
        case "struct":
            return {name: written(each, value.get(name)) for name, each in schema.fields}
        case "array":
            return [written(schema.items, each) for each in value]
        case "bytes":
            data = _unscaled(schema, value) if isinstance(value, Decimal) else value
            return base64.b64encode(data).decode()
        case _:
            return value


def read(schema: Schema | None, value: Any) -> Any:  # noqa: ANN401 - as its schema says
    """A value, of what JSON has."""
    if schema is None or value is None:
        return value
    match schema.kind:
        case "struct":
            return {name: read(each, value.get(name)) for name, each in schema.fields}
        case "array":
            return [read(schema.items, each) for each in value]
        case "bytes":
            data = base64.b64decode(value)
            return _scaled(schema, data) if schema.name == DECIMAL else data
        case _:
            return value


def _scale(schema: Schema) -> int:
    return int(dict(schema.parameters)["scale"])


def _unscaled(schema: Schema, value: Decimal) -> bytes:
    number = int(value.scaleb(_scale(schema)))
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def _scaled(schema: Schema, data: bytes) -> Decimal:
    return Decimal(int.from_bytes(data, "big", signed=True)).scaleb(-_scale(schema))
