"""Traffic of a pipeline: tables and writers, caches of the application, readers, races."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from harness.model.pipeline.systems import CacheName
from harness.model.ranges import (
    KEYS_MAX,
    Keys,
    Limit,
    Name,
    Rate,
    Rows,
    Seconds,
    TableName,
    Workers,
)
from harness.model.value import Settings, Value


class SourceTable(Value, frozen=True, kw_only=True):
    """A table that writers change; `id` is its key, `version` names the operation that wrote it.

    `columns` are further columns by name with their SQL type. A trigger fills columns without a
    DEFAULT with values that follow from the version and fit the type.
    """

    name: TableName
    columns: dict[str, str] = {}
    ddl: str | None = None
    """The user's CREATE TABLE instead; its primary key is `id`, BIGINT or INT, alone, and it has
    `version BIGINT NOT NULL`."""
    rows: Rows = 0
    """Rows inserted before the connectors start."""
    fills: dict[str, str] = {}
    """SQL expressions that fill columns instead, of `NEW.version` and `NEW.id`, such as
    `ELT(1 + NEW.version % 3, 'new', 'paid', 'sent')`."""


class Writers(Value, frozen=True, kw_only=True):
    """Writers of one kind to the source.

    `mix` weights the kinds of transactions: `insert`, `update`, `delete`, `upsert`, `key-update`,
    `multi-row`, `multi-table`, `rollback`, `truncate` (then no other writer may write the table),
    and `late-insert`, which stays open until a row that was inserted later has passed every feed
    (`keys_rise` makes later keys higher).
    """

    name: Name = "writer"
    tables: tuple[str, ...]
    count: Workers = 1
    rate_per_s: Rate = 50.0
    """Transactions per second of each writer."""
    keys: Keys = 64
    """Distinct keys of each writer; keys of different writers differ."""
    keys_rise: bool = False
    """A new row gets the next higher key, like AUTO_INCREMENT; `keys` is then no limit."""
    rows_of_many: Annotated[int, Meta(ge=1, le=10_000)] = 3
    """Rows that a `multi-row` transaction changes, all in one statement."""
    open_s: Limit = 3.0
    """A `late-insert` transaction commits at the latest after this time."""
    mix: dict[str, Annotated[int, Meta(ge=0, le=1_000_000)]] = msgspec.field(
        default_factory=lambda: {"insert": 4, "update": 4, "delete": 2}
    )


class Cache(Value, frozen=True, kw_only=True):
    """A cache that the application maintains itself, without topics.

    `cache-aside`: a writer of a row deletes its entry. `write-through`: a writer of a row also
    writes the entry. In both, a reader that finds no entry fills it from the source.
    """

    kind: Literal["cache-aside", "write-through"]
    name: Name
    system: CacheName = "redis"
    settings: Settings = {}
    staleness_s: Seconds | None = None
    """The promised maximum staleness; None: only that no entry is wrong at the end."""

    @property
    def holds(self) -> Literal["cached"]:
        """Entries may be missing."""
        return "cached"


class Readers(Value, frozen=True, kw_only=True):
    """Concurrent readers of a copy or cache, which record what they see.

    They read the keys of all writers in turn.
    """

    copy: str
    """The name of a copy, whatever its path, or of a cache."""
    count: Workers = 1
    rate_per_s: Rate = 50.0
    tail: bool = False
    """Follow tables to which writers only add rows with rising keys, and record each new row."""


RACED = {"stale-fill": "cache-aside", "late-write": "write-through", "early-fill": "cache-aside"}
"""The kind of cache for each kind of race."""


class Race(Value, frozen=True, kw_only=True):
    """Two users of an application's cache whose steps are forced into the harmful order.

    `stale-fill`: a reader that found no entry waits with the row that it read, until a writer has
    committed the next version and updated the cache; then it fills. `late-write`: a writer waits
    between its commit and the cache, until the writer of the next version has finished both.
    `early-fill`: a reader fills the cache just before a writer commits.
    """

    name: Name = "race"
    cache: str
    table: str
    kind: Literal["stale-fill", "late-write", "early-fill"]
    rows: Annotated[int, Meta(ge=1, le=KEYS_MAX)] = 20
    """Rows used for races, one after the other; no other writer writes them."""
    rate_per_s: Rate = 20.0
    """Races per second."""
