"""From a record of a change topic to the event that it stands for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import SerializationError

from harness.history.history import NOTHING
from harness.kit.errors import UsageError
from harness.model.pipeline.feed_format import OUTBOX, FeedFormat, Nulls
from harness.model.pipeline.paths import Path
from harness.model.ports.clients import Message
from harness.model.ports.stack import Stack
from harness.model.rows import Cell, Columns
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics import shapes
from harness.workloads.pipeline.topics.avro_texts import Type, text_of
from harness.workloads.pipeline.topics.routes import Routes
from harness.workloads.pipeline.topics.shapes import ShapeError
from harness.workloads.pipeline.topics.wires import Decoded, Headers, Wires, headers_of

NOT_DECODED = (SerializationError, SchemaRegistryError, KeyError, TypeError, ValueError)
NO_SHAPE = (KeyError, TypeError, ValueError)
SILENT = ("tombstone", "unreadable", "opaque", "control")
"""Kinds of events that say nothing of what a row is."""
MOVED = "__debezium.oldkey"
"""The header of an event whose key another event of the same row had before."""
Place: TypeAlias = tuple[str, int, bytes | None]
Known: TypeAlias = tuple[str, int, str]
"""What the last record under a key was: its table, its row, its kind."""
"""Topic, partition and key of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change event, or what is left of it: see `harness.history.flow`.

    One of the kind `control` is no event of a row: the connector wrote it for itself, or of a table
    that is none of the workload's.
    """

    table: str
    key: int
    version: int
    before: int
    kind: str
    schema: int = NOTHING
    row: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """The row after the change, as it was decoded."""
    types: Mapping[str, Type] = field(default_factory=dict, compare=False, repr=False)
    """Of its columns, where the record says them itself."""


class Decoder:
    """Decodes the records of one feed; keeps the schemas that it has met.

    Args:
        stack: has the registry, where the feed writes Avro.
        found: what the feed's settings say of its records.
        routes: the topics of the feed, and the tables that they are of.
        wanted: by table, the columns that `cells` tells of.
    """

    def __init__(
        self,
        stack: Stack,
        found: FeedFormat,
        routes: Routes,
        wanted: Mapping[str, Columns] | None = None,
    ) -> None:
        self._found = found
        self._routes = routes
        self._wanted = wanted or {}
        wires = {part: found.wire(part) for part in ("key", "value")}
        known = {part: wire for part, wire in wires.items() if wire is not None}
        if len(known) < len(wires):
            odd = ", ".join(found.converter(part) for part in wires if wires[part] is None)
            raise UsageError(f"no reader of the harness supports {odd} writes")
        self._wires = Wires(stack, known, found.settings)
        self._event_id = _event_id(found)
        self._keyed = "message.key.columns" not in found.settings
        self._last: dict[tuple[Place, str | None], Known] = {}
        """By place and table, and by place alone: tables that share a topic may share keys."""
        """Table, key and kind of the last event under each key of a partition."""

    def close(self) -> None:
        """Hang up on the registry."""
        self._wires.close()

    def event(self, message: Message) -> Event:
        """The event in `message`; one that cannot be decoded is `unreadable`, never an error.

        Raises:
            RegistryLostError: it has a schema that is new here, and the registry is not there.
        """
        headers = headers_of(message.headers())
        try:
            key = self._wires.read("key", message.key(), headers)
            value = self._wires.read("value", message.value(), headers)
        except NOT_DECODED:
            return self._without(message, "unreadable")
        try:
            return self._event(message, key.value, value, headers)
        except NO_SHAPE:
            # What transforms make of an event need not say which row it was.
            return self._without(message, "opaque" if self._found.shaped else "unreadable")

    def tells_of(self, event: Event) -> bool:
        """Whether `event` has a row with columns that are wanted."""
        return event.row is not None and bool(self._wanted.get(event.table))

    def cells(self, event: Event) -> Iterator[Cell]:
        """What the row of `event` holds in the wanted columns, where its schema tells.

        A column that its row has not got is NULL to whoever reads it.

        Raises:
            RegistryLostError: the registry does not say what its schema is.
        """
        types = self._wires.types(Decoded(event.row, event.schema, event.types))
        if event.row is None or not types:
            return
        for name, column in self._wanted.get(event.table, {}).items():
            value = event.row.get(name)
            text = None if value is None else text_of(value, types[name], column.family)
            if value is None or text is not None:
                yield Cell(event.key, event.version, name, text)

    def _event(self, message: Message, key: Any, value: Decoded, headers: Headers) -> Event:  # noqa: ANN401
        routes, topic = self._routes, message.topic()
        told = routes.told(key, value.value, headers)
        if shapes.is_control(value.value) or (told is not None and told not in routes.tables):
            return self._without(message, "control")
        place = (topic, message.partition(), message.key())
        table = told or routes.alone(topic)
        if value.value is None:
            return self._nothing(place, key, table)
        if table is None:
            raise ShapeError("it does not name its table")
        kind, number, version, before = self._told(key, value.value, headers)
        if not self._keyed and MOVED in headers:
            kind = "row"  # an update, which another key has made an insert
        self._note(place, (table, number, kind))
        return Event(
            table=table,
            key=number,
            version=version,
            before=before,
            kind=kind,
            schema=value.schema,
            row=_row(value.value) if version != NOTHING else None,
            types=value.types,
        )

    def _told(self, key: Any, value: Any, headers: Headers) -> shapes.Told:  # noqa: ANN401
        if self._event_id is None or shapes.is_envelope(value):
            return shapes.told_of(key, value, headers)
        return shapes.told_by_outbox(value, headers, self._event_id)

    def _nothing(self, place: Place, key: Any, table: str | None) -> Event:  # noqa: ANN401
        """What a record without a value says of the row that its key names.

        Where a key does not say which row, or which table, the record before it under that key
        does: a tombstone follows its removal.
        """
        known = self._last.get((place, table))
        kind = _kind(self._found.nulls, known[2] if known else "")
        if known is not None and (table or kind != "removal" or self._is_of_one_table(place)):
            table, number, _ = known
        elif table is None or not self._keyed:
            raise ShapeError("it does not identify its row")
        else:
            number = shapes.key_of(key)
        self._note(place, (table, number, kind))
        return Event(table=table, key=number, version=NOTHING, before=NOTHING, kind=kind)

    def _is_of_one_table(self, place: Place) -> bool:
        return sum((place, table) in self._last for table in self._routes.tables) == 1

    def _note(self, place: Place, known: Known) -> None:
        self._last[place, None] = self._last[place, known[0]] = known

    def _without(self, message: Message, kind: str) -> Event:
        """An event of no row."""
        table = self._routes.topics.get(message.topic(), self._routes.tables)[0]
        schema = self._wires.schema_of(message.value())
        return Event(
            table=table, key=NOTHING, version=NOTHING, before=NOTHING, kind=kind, schema=schema
        )


def decoder_of(
    path: Path,
    naming: Naming,
    tables: Sequence[str],
    stack: Stack,
    wanted: Mapping[str, Columns] | None = None,
) -> Decoder:
    """Reads the topics of a path."""
    found = naming.format(path)
    topics = {table: naming.topic(path, table) for table in tables}
    routes = Routes.of(found, topics, naming.prefix(path), naming.source)
    return Decoder(stack, found, routes, wanted)


def _kind(nulls: Nulls, before: str) -> str:
    if nulls == "either":
        return "removal" if before in {"row", "removal"} else "tombstone"
    return nulls


def _row(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return value.get("after") if "op" in value else value


def _event_id(found: FeedFormat) -> str | None:
    """The header in which an outbox's record has the id of its event; None without an outbox."""
    return "id" if found.transform(OUTBOX) else None
