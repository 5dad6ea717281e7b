"""A pipeline workload: tables of a source, the paths their changes take, where copies end up."""

from typing import Annotated, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from harness.model.program import Program
from harness.model.ranges import (
    KEYS_MAX,
    Keys,
    Limit,
    Name,
    Partitions,
    Rate,
    Rows,
    Seconds,
    TableName,
    Workers,
)
from harness.model.value import Settings, Value

CONNECTORS = ("debezium", "jdbc")
"""Kinds of feeds and copies that run in Kafka Connect."""
POLLING = ("jdbc", "polling")
"""Kinds of feeds that ask for rows instead of following the binary log."""
SourceName: TypeAlias = Literal["mysql", "postgres"]
"""Systems that a pipeline can begin at; the place where its paths begin is named so."""
LOGS: dict[SourceName, str] = {"mysql": "binary log", "postgres": "write-ahead log"}
"""What each calls the log of what it has committed."""
CacheName: TypeAlias = Literal["redis"]
"""Systems that keep copies and the application's own caches as entries."""
APPLICATION = "app"
"""What stands for a path where the application itself is the way: no path may be called so."""


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


class Feed(Value, frozen=True, kw_only=True):
    """How changes get from the source into topics.

    `debezium` and `jdbc` are Connect source connectors, whose own settings are laid over the
    harness's; `binlog` and `polling` are Python readers. `program` is someone's own, which writes
    Debezium's envelopes or flat rows, in Avro or JSON, to topics that are there.

    A connector may write Avro, JSON, texts or bare numbers as keys, and transforms may unwrap its
    events, or send them elsewhere; every record has to say its row's `id`, in its key or in the row
    itself, and its `version`.
    """

    kind: Literal["debezium", "jdbc", "binlog", "polling", "program"]
    settings: Settings = {}
    """Of the connector, or of the reader; `${NAME}` as in `connector`."""
    connector: Settings | None = None
    """One's own configuration of the connector instead of the harness's; `settings` are laid over
    it. `${NAME}` stands for what `harness.workloads.pipeline.feeds.wiring` calls NAME."""
    program: Program | None = None
    schemas: dict[str, str] = {}
    """One's own Avro schemas by table, which the registry is given before the feed starts."""
    partitions: Partitions = 3
    topic_settings: Settings = {}
    compatibility: str | None = None
    """What the registry asks of a new schema of its topics (`BACKWARD`, `NONE`); None: its own."""

    @property
    def polls(self) -> bool:
        """Whether it asks for rows now and then, and sees neither deletes nor what was between."""
        return self.kind in POLLING or (self.program is not None and self.program.polls)


class Copy(Value, frozen=True, kw_only=True):
    """How changes get from topics into a copy.

    `jdbc` is the Connect sink into tables of a second database, `table` and `redis` are Python
    consumers. `program` is someone's own consumer, into a `table` or `redis`; in Redis the entry of
    a row is a hash with the field `version`. `holds` says how the copy relates to the source in
    the end: `equal`, or `cached` (an entry may be missing, but never be wrong).
    """

    kind: Literal["jdbc", "table", "program"] | CacheName
    name: Name
    settings: Settings = {}
    connector: Settings | None = None
    """As `Feed.connector`."""
    program: Program | None = None
    into: Literal["table"] | CacheName = "table"
    """What a program writes to."""
    database: SourceName | None = None
    """The system of its tables; None: that of the source."""
    ddl: dict[str, str] = {}
    """One's own CREATE TABLE of a copy, by table; others are made like their source."""
    columns: tuple[str, ...] | None = None
    """Columns besides `id` and `version` that must hold what the source's hold. None: all that both
    tables have, where a connector fills the copy from what a connector wrote; otherwise none, since
    who keeps a copy may keep some columns only."""
    holds: Literal["equal", "cached"] = "equal"
    staleness_s: Seconds | None = None
    """The bound that a reader was promised; None: only convergence in the end."""

    @property
    def cache(self) -> CacheName | None:
        """The system whose entries it is; None: it is tables."""
        into = self.into if self.kind == "program" else self.kind
        return next((name for name in get_args(CacheName) if name == into), None)


class Path(Value, frozen=True, kw_only=True):
    """One way from the source to copies of it."""

    name: Name
    feed: Feed
    copies: tuple[Copy, ...] = ()


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


class PipelineWorkload(Value, frozen=True, kw_only=True, tag="pipeline"):
    """Writers to a source, paths with copies, the application's own caches, readers of them all."""

    tables: tuple[SourceTable, ...]
    writers: tuple[Writers, ...]
    source: SourceName = "mysql"
    paths: tuple[Path, ...] = ()
    caches: tuple[Cache, ...] = ()
    readers: tuple[Readers, ...] = ()
    races: tuple[Race, ...] = ()
    auto_restart: bool = False
    """Restart connectors and tasks that are FAILED, as an operator does or Strimzi's autoRestart;
    Connect itself never does."""


class Hop(Value, frozen=True, kw_only=True):
    """One step of a path: from one place to the next."""

    name: str
    path: str
    origin: str
    """The place that feeds it."""
    target: str
    """The place that it fills."""
    kind: Literal["feed", "copy", "cache"]


def topic_names(workload: PipelineWorkload) -> tuple[str, ...]:
    """Topics as steps and reports name them: `path/table`."""
    return tuple(
        f"{path.name}/{table.name}" for path in workload.paths for table in workload.tables
    )


def topic_place(path: Path) -> str:
    """The place that a path's change topics are together."""
    return f"{path.name}/topics"


def copy_place(path: Path, copy: Copy) -> str:
    """The place that one copy is."""
    return f"{path.name}/{copy.name}"


def exits(path: Path) -> tuple[str, ...]:
    """The places where a path ends: its copies, or its topics where it has none."""
    return tuple(copy_place(path, copy) for copy in path.copies) or (topic_place(path),)


def connector_places(workload: PipelineWorkload) -> tuple[str, ...]:
    """Places that a connector fills; by them steps name tasks."""
    return tuple(
        place
        for path in workload.paths
        for kind, place in (
            (path.feed.kind, topic_place(path)),
            *((copy.kind, copy_place(path, copy)) for copy in path.copies),
        )
        if kind in CONNECTORS
    )


def writers_hop(source: SourceName) -> str:
    """The name of the hop from the writers into the source."""
    return f"writers → {source}"


def feed_hop(path: Path, source: SourceName) -> Hop:
    """From the source into the topics of a path."""
    topics = topic_place(path)
    name = f"{source} → {topics} ({path.feed.kind})"
    return Hop(name=name, path=path.name, origin=source, target=topics, kind="feed")


def copy_hop(path: Path, copy: Copy) -> Hop:
    """From the topics of a path into a copy."""
    topics, place = topic_place(path), copy_place(path, copy)
    name = f"{topics} → {place} ({copy.kind})"
    return Hop(name=name, path=path.name, origin=topics, target=place, kind="copy")


def cache_place(cache: Cache) -> str:
    """The place that a cache of the application is."""
    return f"{APPLICATION}/{cache.name}"


def cache_hop(cache: Cache, source: SourceName) -> Hop:
    """From the source into a cache of the application."""
    place = cache_place(cache)
    name = f"{source} → {place} ({cache.kind})"
    return Hop(name=name, path=APPLICATION, origin=source, target=place, kind="cache")


def path_hops(path: Path, source: SourceName) -> tuple[Hop, ...]:
    """The hops of a path, its feed's first."""
    return (feed_hop(path, source), *(copy_hop(path, copy) for copy in path.copies))


def hop_names(path: Path, source: SourceName) -> tuple[str, ...]:
    """The names of these hops."""
    return tuple(hop.name for hop in path_hops(path, source))


def hops(workload: PipelineWorkload) -> tuple[Hop, ...]:
    """Every hop of every path, in the order in which a change takes them; then the caches."""
    source = workload.source
    of_paths = (hop for path in workload.paths for hop in path_hops(path, source))
    return (*of_paths, *(cache_hop(cache, source) for cache in workload.caches))
