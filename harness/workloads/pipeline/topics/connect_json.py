"""Values of Connect's JSON converter where the schema comes with them.

Its schema is Connect's own, in JSON; bytes and decimals are base64. Values become what Avro's
decoder makes of the same, and types are spelled as Avro's schemas spell them.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from harness.workloads.pipeline.topics.avro_texts import Type

_CONNECT = "org.apache.kafka.connect.data"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = {
    **dict.fromkeys(("int8", "int16", "int32"), "int"),
    "int64": "long",
    "float32": "float",
    "float64": "double",
}


def payload_of(schema: Any, value: Any) -> Any:  # noqa: ANN401 - parsed JSON
    """A payload by its schema.

    Raises:
        KeyError: or TypeError, ValueError: the two do not fit.
    """
    if schema is None or value is None:
        return value
    kind, name = schema["type"], schema.get("name")
    if kind == "struct":
        fields = schema["fields"]
        return {each["field"]: payload_of(each, value.get(each["field"])) for each in fields}
    if kind == "array":
        return [payload_of(schema["items"], each) for each in value]
    if kind == "bytes":
        return _bytes(schema, base64.b64decode(value, validate=True))
    if name == f"{_CONNECT}.Timestamp":
        return _EPOCH + timedelta(milliseconds=value)
    return value


def _bytes(schema: Mapping[str, Any], found: bytes) -> bytes | Decimal:
    if schema.get("name") != f"{_CONNECT}.Decimal":
        return found
    unscaled = int.from_bytes(found, "big", signed=True)
    return Decimal(f"{unscaled}E-{int(schema['parameters']['scale'])}")


def columns_in(schema: Any) -> Mapping[str, Type]:  # noqa: ANN401 - parsed JSON
    """The type of each column, by the schema of an event or of a flat row."""
    if schema is None or schema.get("type") != "struct":
        return {}
    fields = {each["field"]: each for each in schema["fields"]}
    if "op" in fields:
        image = fields.get("after") or fields.get("before") or {"fields": ()}
        fields = {each["field"]: each for each in image["fields"]}
    return {name: _type(each) for name, each in fields.items()}


def _type(schema: Mapping[str, Any]) -> Type:
    kind = str(schema["type"])
    spelled = _NUMBERS.get(kind, kind)
    name = schema.get("name")
    return {"type": spelled, "connect.name": name} if name else spelled
