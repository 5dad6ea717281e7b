"""Avro schemas of change events, as parsed JSON."""

from collections.abc import Iterator
from typing import Any, TypeAlias

Schema: TypeAlias = Any
"""A schema as parsed JSON: a name, a union (a list) or a type (an object)."""


def row_types(schema: Schema) -> Iterator[dict[str, Any]]:
    """Every record type inside `schema` that is a row: one with `id` and `version`."""
    if isinstance(schema, list):
        for member in schema:
            yield from row_types(member)
    if not isinstance(schema, dict):
        return
    fields = schema.get("fields", [])
    if {"id", "version"} <= {field["name"] for field in fields}:
        yield schema
    for field in fields:
        yield from row_types(field["type"])


def columns(row_type: dict[str, Any]) -> dict[str, Schema]:
    """The columns of a row type with their types, in their order."""
    return {field["name"]: field["type"] for field in row_type["fields"]}


def version_as_text(schema: Schema) -> None:
    """Let every row of `schema` have its version as text: no reader of numbers can follow."""
    for row_type in row_types(schema):
        for field in row_type["fields"]:
            if field["name"] == "version":
                field["type"] = "string"


def columns_reversed(schema: Schema) -> None:
    """Let every row of `schema` have its columns in reverse: readers follow by their names."""
    for row_type in row_types(schema):
        row_type["fields"].reverse()
