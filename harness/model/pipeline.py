"""A pipeline workload: tables in MySQL, the paths their changes take, where copies end up."""

from typing import Literal

import msgspec

from harness.model.value import Settings, Value

SOURCE = "mysql"
"""The place that every path begins at: the source database."""


class SourceTable(Value, frozen=True, kw_only=True):
    """A table that writers change; `id` is its key, `version` names the operation that wrote it.

    `columns` are further columns by name with their SQL type, filled by the writers.
    """

    name: str
    columns: dict[str, str] = {}
    rows: int = 0
    """Rows inserted before any connector looks."""


class Writers(Value, frozen=True, kw_only=True):
    """Writers of one kind to the source.

    `mix` weighs what a transaction does: `insert`, `update`, `delete`, `upsert`, `key-update`,
    `multi-row`, `multi-table`, `rollback`.
    """

    name: str = "writer"
    tables: tuple[str, ...]
    count: int = 1
    rate_per_s: float = 50.0
    """Transactions per second of each writer."""
    keys: int = 64
    """Distinct keys of each writer; keys of different writers differ."""
    mix: dict[str, int] = msgspec.field(
        default_factory=lambda: {"insert": 4, "update": 4, "delete": 2}
    )


class Feed(Value, frozen=True, kw_only=True):
    """How changes get from the source into topics.

    `debezium` and `jdbc` are Connect source connectors, whose own settings are laid over the
    harness's; `binlog` and `polling` are Python readers.
    """

    kind: Literal["debezium", "jdbc", "binlog", "polling"]
    settings: Settings = {}
    partitions: int = 3
    topic_settings: Settings = {}
    compatibility: str | None = None
    """What the registry asks of a new schema of its topics (`BACKWARD`, `NONE`); None: its own."""


class Copy(Value, frozen=True, kw_only=True):
    """How changes get from topics into a copy.

    `jdbc` is the Connect sink into tables of a second database, `table` and `redis` are Python
    consumers. `rows` says how the copy relates to the source in the end: `equal`, or `cached` (an
    entry may be missing, but never be wrong).
    """

    kind: Literal["jdbc", "table", "redis"]
    name: str
    settings: Settings = {}
    holds: Literal["equal", "cached"] = "equal"
    staleness_s: float | None = None
    """The bound that a reader was promised; None: only convergence in the end."""


class Path(Value, frozen=True, kw_only=True):
    """One way from the source to copies of it."""

    name: str
    feed: Feed
    copies: tuple[Copy, ...] = ()


class Readers(Value, frozen=True, kw_only=True):
    """Concurrent readers of a copy, who record what they saw."""

    copy: str
    count: int = 1
    rate_per_s: float = 50.0


class PipelineWorkload(Value, frozen=True, kw_only=True, tag="pipeline"):
    """Writers to MySQL, paths, copies, and readers of those."""

    tables: tuple[SourceTable, ...]
    writers: tuple[Writers, ...]
    paths: tuple[Path, ...]
    readers: tuple[Readers, ...] = ()
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
    kind: Literal["feed", "copy"]


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


def feed_hop(path: Path) -> Hop:
    """From the source into the topics of a path."""
    topics = topic_place(path)
    name = f"{SOURCE} → {topics} ({path.feed.kind})"
    return Hop(name=name, path=path.name, origin=SOURCE, target=topics, kind="feed")


def copy_hop(path: Path, copy: Copy) -> Hop:
    """From the topics of a path into a copy."""
    topics, place = topic_place(path), copy_place(path, copy)
    name = f"{topics} → {place} ({copy.kind})"
    return Hop(name=name, path=path.name, origin=topics, target=place, kind="copy")


def hops(workload: PipelineWorkload) -> tuple[Hop, ...]:
    """Every hop of every path, in the order in which a change takes them."""
    return tuple(
        hop
        for path in workload.paths
        for hop in (feed_hop(path), *(copy_hop(path, copy) for copy in path.copies))
    )
