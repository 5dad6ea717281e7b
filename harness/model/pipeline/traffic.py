"""Who uses a pipeline: tables and their writers, caches of the application, readers, races."""

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

    `columns` are further columns by name with their SQL type. Columns without a DEFAULT are filled
    by a trigger with values that follow from the version, as their types allow.
    """

    name: TableName
    columns: dict[str, str] = {}
    ddl: str | None = None
    """One's own CREATE TABLE instead; its primary key is `id`, BIGINT or INT, alone, and it has
    `version BIGINT NOT NULL`."""
    rows: Rows = 0
    """Rows inserted before any connector looks."""
    fills: dict[str, str] = {}
    """What columns are filled with instead: SQL expressions of `NEW.version` and `NEW.id`, such as
    `ELT(1 + NEW.version % 3, 'new', 'paid', 'sent')`."""


class Writers(Value, frozen=True, kw_only=True):
    """Writers of one kind to the source.

    `mix` weighs what a transaction does: `insert`, `update`, `delete`, `upsert`, `key-update`,
    `multi-row`, `multi-table`, `rollback`, `truncate` (no other may write that table), and
    `late-insert`: one that stays open until a row that was inserted later has come out of every
    feed (`keys_rise` tells which is later).
    """

    name: Name = "writer"
    tables: tuple[str, ...]
    count: Workers = 1
    rate_per_s: Rate = 50.0
    """Transactions per second of each writer."""
    keys: Keys = 64
    """Distinct keys of each writer; keys of different writers differ."""
    keys_rise: bool = False
    """A new row gets the next higher key, as AUTO_INCREMENT would give; `keys` is no limit then."""
    rows_of_many: Annotated[int, Meta(ge=1, le=10_000)] = 3
    """Rows that a `multi-row` transaction changes, all in one statement."""
    open_s: Limit = 3.0
    """After that many seconds a late transaction commits all the same."""
    mix: dict[str, Annotated[int, Meta(ge=0, le=1_000_000)]] = msgspec.field(
        default_factory=lambda: {"insert": 4, "update": 4, "delete": 2}
    )


class Cache(Value, frozen=True, kw_only=True):
    """A cache that the application keeps itself: no topic feeds it.

    `cache-aside`: who writes a row removes its entry. `write-through`: who writes a row writes the
    entry as well. In both, a reader that finds no entry fills it from the source.
    """

    kind: Literal["cache-aside", "write-through"]
    name: Name
    system: CacheName = "redis"
    settings: Settings = {}
    staleness_s: Seconds | None = None
    """The bound that a reader was promised; None: only that no entry is wrong in the end."""

    @property
    def holds(self) -> Literal["cached"]:
        """It may lack an entry."""
        return "cached"


class Readers(Value, frozen=True, kw_only=True):
    """Concurrent readers of a copy or cache, who record what they saw.

    They read the keys of all writers, each in turn.
    """

    copy: str
    """The name of a copy, whatever its path, or of a cache."""
    count: Workers = 1
    rate_per_s: Rate = 50.0
    tail: bool = False
    """Follow tables to which writers only add rows with rising keys: see each row when it comes."""


RACED = {"stale-fill": "cache-aside", "late-write": "write-through", "early-fill": "cache-aside"}
"""The kind of cache that each kind of race is about."""


class Race(Value, frozen=True, kw_only=True):
    """Two users of an application's cache whose steps are put into the one order that hurts.

    `stale-fill`: a reader that found no entry stops with the row that it read, until a writer has
    committed the next version and dealt with the cache; then it fills. `late-write`: a writer stops
    between its commit and the cache, until the writer of the next version is done with both.
    `early-fill`: a reader fills the cache just before a writer commits.
    """

    name: Name = "race"
    cache: str
    table: str
    kind: Literal["stale-fill", "late-write", "early-fill"]
    rows: Annotated[int, Meta(ge=1, le=KEYS_MAX)] = 20
    """Rows raced for, one after the other; nobody else writes them."""
    rate_per_s: Rate = 20.0
    """Races per second."""
