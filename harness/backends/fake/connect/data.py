"""Connect's values: schemas, and records on their way between a connector and a topic.

A value is what its schema says: numbers, texts, bytes; a `Decimal`; a dict for a struct, a list for
an array. A moment of Connect's own is a number of milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from harness.kit.errors import HarnessError

DECIMAL = "org.apache.kafka.connect.data.Decimal"
TIMESTAMP = "org.apache.kafka.connect.data.Timestamp"


class TaskError(HarnessError):
    """What ends a task: it is FAILED and says so, as the real one does with a Java exception."""


class RetryError(HarnessError):
    """A connector asks for another try, as with Connect's RetriableException."""

    def __init__(self, why: str, wait_s: float) -> None:
        super().__init__(why)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Schema:
    """What a value looks like; `kind` as Connect's JSON spells it: `int64`, `string`, `struct`."""

    kind: str
    name: str | None = None
    optional: bool = False
    default: Any = None
    fields: tuple[tuple[str, "Schema"], ...] = ()
    items: "Schema | None" = None
    parameters: tuple[tuple[str, str], ...] = ()

    def or_null(self) -> "Schema":
        """The same, or nothing."""
        return self if self.optional else replace(self, optional=True)

    def field(self, name: str) -> "Schema | None":
        """The schema of a field; None when there is no such field."""
        return next((schema for each, schema in self.fields if each == name), None)

    def plus(self, name: str, schema: "Schema") -> "Schema":
        """With a field at the end, or in the place of the one of that name."""
        kept = tuple(each for each in self.fields if each[0] != name)
        return replace(self, fields=(*kept, (name, schema)))


TEXT = Schema("string")
INT32 = Schema("int32")
INT64 = Schema("int64")
TRUTH = Schema("boolean")


def struct(name: str | None, /, **fields: Schema) -> Schema:
    """A struct with these fields."""
    return Schema("struct", name, fields=tuple(fields.items()))


@dataclass(frozen=True, slots=True)
class Part:
    """A key, a value or a header; without a schema where its converter gives none."""

    schema: Schema | None
    value: Any

    def put(self, name: str, schema: Schema, value: Any) -> "Part":  # noqa: ANN401 - as its schema says
        """With one more field."""
        grown = None if self.schema is None else self.schema.plus(name, schema)
        return Part(grown, {**self.value, name: value})


NULL = Part(None, None)
Place: TypeAlias = Mapping[str, Any]
"""How far a source has read, in its own words; JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record between a connector and a topic."""

    topic: str
    key: Part = NULL
    value: Part = NULL
    headers: Mapping[str, Part] = field(default_factory=dict)
    partition: int | None = None
    """Of a source: where it has to go; None where its key decides. Of a sink: where it was."""
    offset: int = -1
    """Of a sink's record."""
    moment_ms: int | None = None
    place: tuple[str, Place] | None = None
    """Of a source: what it reads from, as JSON, and from where to read on when everything up to
    this record is in its topics."""
