"""Which changes of an Avro schema a registry lets in: who reads by one what was written by another.

The rules are Avro's for schema resolution, as far as rows of tables need them.
"""

from typing import Any, TypeAlias

Schema: TypeAlias = Any
PROMOTIONS = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}


def compatible(level: str, new: Schema, old: Schema) -> bool:
    """Whether `new` may follow `old` at a level of compatibility."""
    way = level.removesuffix("_TRANSITIVE")
    backward = way not in ("BACKWARD", "FULL") or readable(new, old)
    forward = way not in ("FORWARD", "FULL") or readable(old, new)
    return backward and forward


def readable(reader: Schema, writer: Schema) -> bool:
    """Whether who reads by `reader` understands what was written by `writer`."""
    return _readable(reader, writer, (_Names(reader), _Names(writer)))


class _Names:
    """The named types of a schema; a name that comes again stands for its first definition."""

    def __init__(self, schema: Schema) -> None:
        self._known: dict[str, Schema] = {}
        self._learn(schema)

    def resolved(self, schema: Schema) -> Schema:
        """The definition of a name; any other schema as it is."""
        return self._known.get(schema, schema) if isinstance(schema, str) else schema

    def _learn(self, schema: Schema) -> None:
        if isinstance(schema, list):
            for branch in schema:
                self._learn(branch)
        elif isinstance(schema, dict):
            if "name" in schema:
                self._known[schema["name"]] = schema
            for part in (*schema.get("fields", ()), schema.get("items"), schema.get("values")):
                self._learn(part["type"] if isinstance(part, dict) and "type" in part else part)
            self._learn(schema["type"] if isinstance(schema["type"], dict | list) else None)


def _readable(reader: Schema, writer: Schema, names: tuple[_Names, _Names]) -> bool:
    reader, writer = names[0].resolved(reader), names[1].resolved(writer)
    if isinstance(writer, list):
        return all(_readable(reader, branch, names) for branch in writer)
    if isinstance(reader, list):
        return any(_readable(branch, writer, names) for branch in reader)
    wanted, written = _kind(reader), _kind(writer)
    if wanted != written:
        return wanted in PROMOTIONS.get(written, ())
    if wanted == "record":
        return _fields_readable(reader, writer, names)
    if wanted in ("array", "map"):
        part = "items" if wanted == "array" else "values"
        return _readable(reader[part], writer[part], names)
    return wanted != "enum" or set(writer["symbols"]) <= set(reader["symbols"])


def _fields_readable(reader: Schema, writer: Schema, names: tuple[_Names, _Names]) -> bool:
    written = {field["name"]: field["type"] for field in writer["fields"]}
    return all(
        _readable(field["type"], written[field["name"]], names)
        if field["name"] in written
        else "default" in field
        for field in reader["fields"]
    )


def _kind(schema: Schema) -> str:
    kind = schema["type"] if isinstance(schema, dict) else schema
    return _kind(kind) if isinstance(kind, dict) else str(kind)
