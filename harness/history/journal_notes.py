"""The notes of a journal: what its numbers mean, where it begins and where it ends."""

from typing import TypeAlias

import msgspec


class Begin(msgspec.Struct, frozen=True, tag_field="what", tag="begin"):
    """The first note: whose journal it is, and the zero of the run's clock."""

    run: str
    origin_ns: int


class TableColumns(msgspec.Struct, frozen=True, tag_field="what", tag="columns"):
    """From here on frames of this number hold batches of this table."""

    number: int
    table: str
    columns: tuple[str, ...]


class End(msgspec.Struct, frozen=True, tag_field="what", tag="end"):
    """The last note: the journal was closed, and this is all it holds."""

    rows: dict[str, int]
    """Of each table that has any."""
    names: int


class ProcessName(msgspec.Struct, frozen=True, tag_field="what", tag="process"):
    """A process: one incarnation of one worker."""

    process: int
    name: str
    client: str
    kind: str
    group: str | None


class LogName(msgspec.Struct, frozen=True, tag_field="what", tag="log"):
    """A partition of a topic."""

    log: int
    topic: int
    name: str
    partition: int


class ErrorName(msgspec.Struct, frozen=True, tag_field="what", tag="error"):
    """An error as `client:NAME`."""

    error: int
    name: str


class TableName(msgspec.Struct, frozen=True, tag_field="what", tag="table"):
    """A table of the source database."""

    table: int
    name: str


class PlaceName(msgspec.Struct, frozen=True, tag_field="what", tag="place"):
    """A place that row versions get to."""

    place: int
    name: str


class SubjectName(msgspec.Struct, frozen=True, tag_field="what", tag="subject"):
    """A topic that administrators create, change and delete."""

    subject: int
    name: str


AnyName: TypeAlias = ProcessName | LogName | ErrorName | TableName | PlaceName | SubjectName
AnyNote: TypeAlias = Begin | TableColumns | End | AnyName
