"""Debezium's transforms that make of an event the row alone, or the event of an outbox."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from harness.backends.fake.connect.data import INT64, NULL, TEXT, Part, Record, Schema, TaskError
from harness.backends.fake.connect.reading import listed
from harness.backends.fake.connect.transforms.chain import Apply, transform
from harness.model.pipeline.feed_format import DELETES, OUTBOX, REWRITES, UNWRAP, Transform
from harness.model.value import is_on

DELETED = "__deleted"
_NAMED = re.compile(r"\$\{routedByValue\}")


@transform(UNWRAP)
def unwrap(found: Transform) -> Apply:
    """Reduces an event to the row after it, and a removal to what the settings say."""
    mode = found.text(DELETES, "tombstone")
    rewrites = mode in REWRITES
    fields = tuple(_added(found.text("add.fields")))
    headers = tuple(_added(found.text("add.headers")))
    by_field = found.text("route.by.field")

    def apply(record: Record) -> Record | None:
        if record.value.value is None:
            return record if mode == "rewrite-with-tombstone" else None
        if not is_event(record):
            return record
        event = record.value
        told = {name: _told(event, path) for name, path in headers}
        removed = event.value["op"] == "d"
        row = _image(event, "before" if removed else "after")
        topic = str(row.value[by_field]) if by_field else record.topic
        record = replace(record, topic=topic, headers={**record.headers, **told})
        if removed and not rewrites:
            return replace(record, value=NULL) if mode == "tombstone" else None
        for name, path in fields:
            each = _told(event, path)
            row = row.put(name, each.schema or TEXT, each.value)
        if rewrites:
            row = row.put(DELETED, TEXT.or_null(), str(removed).lower())
        return replace(record, value=row)

    return apply


def is_event(record: Record) -> bool:
    """Whether a record is an envelope."""
    value = record.value.value
    return isinstance(value, dict) and value.keys() >= {"op", "before", "after"}


def _image(event: Part, name: str) -> Part:
    schema = None if event.schema is None else event.schema.field(name)
    return Part(None if schema is None else replace(schema, optional=False), event.value[name])


def _added(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names to add, with the way to them in an event: `source.ts_ms`; `table` is the source's."""
    for each in listed(text):
        path = tuple(each.split("."))
        yield "__" + "_".join(path), path


def _told(event: Part, path: tuple[str, ...]) -> Part:
    if len(path) == 1 and path[0] not in event.value:
        path = ("source", *path)
    schema, value = event.schema, event.value
    for name in path:
        schema = None if schema is None else schema.field(name)
        value = None if value is None else value.get(name)
    return Part(schema, value)


@transform(OUTBOX)
def event_router(found: Transform) -> Apply:
    """Makes of the rows that are inserted into an outbox events of their own topics."""
    replacement = found.text("route.topic.replacement", "outbox.event.${routedByValue}")
    expands = is_on(found.text("table.expand.json.payload", "false"))
    placed = [each.split(":") for each in listed(found.text("table.fields.additional.placement"))]

    def apply(record: Record) -> Record | None:
        if not is_event(record):
            return None if record.value.value is None else record
        if record.value.value["op"] not in {"c", "r"}:
            return None
        row = record.value.value["after"]
        headers = {"id": Part(_schema_of(row["id"]), row["id"])}
        for field, where, *alias in placed:
            if where != "header":
                raise TaskError(f"the fake Connect does not place a field of an outbox in {where}")
            headers[(alias or [field])[0]] = Part(_schema_of(row[field]), row[field])
        payload = json.loads(row["payload"]) if expands else row["payload"]
        return replace(
            record,
            topic=_NAMED.sub(lambda _: str(row["aggregatetype"]), replacement),
            key=Part(TEXT, row["aggregateid"]),
            value=Part(_schema_of(payload), payload),
            headers=headers,
        )

    return apply


KINDS: tuple[tuple[type, Callable[[Any], Schema]], ...] = (
    (bool, lambda _: Schema("boolean")),
    (int, lambda _: INT64),
    (float, lambda _: Schema("float64")),
    (str, lambda _: TEXT),
    (
        dict,
        lambda value: Schema(
            "struct", fields=tuple((name, _schema_of(each)) for name, each in value.items())
        ),
    ),
)


def _schema_of(value: object) -> Schema:
    """The schema of a value that came without one."""
    for kind, schema in KINDS:
        if isinstance(value, kind):
            return schema(value)
    raise TaskError(f"{value!r} in the payload of an outbox has no schema")
