"""A path: a feed from the source into topics, and copies that are kept from those topics."""

from typing import Literal, get_args

from harness.model.pipeline.program import Program
from harness.model.pipeline.systems import CacheName, SourceName
from harness.model.ranges import Name, Partitions, Seconds
from harness.model.value import Settings, Value

CONNECTORS = ("debezium", "jdbc")
"""Kinds of feeds and copies that run in Kafka Connect."""


POLLING = ("jdbc", "polling")
"""Kinds of feeds that poll for rows instead of reading the source log."""


class Feed(Value, frozen=True, kw_only=True):
    """The way of changes from the source to topics.

    `debezium` and `jdbc` are Connect source connectors; their settings override the harness's.
    `binlog` and `polling` are Python readers. `program` is a user's program, which writes Debezium
    envelopes or flat rows, in Avro or JSON, to existing topics.

    A connector may write Avro or JSON, and texts or numbers as keys. Transforms may unwrap its
    events or route them to other topics. Every record must contain its row's `id`, in its key or in
    the row, and its `version`.
    """

    kind: Literal["debezium", "jdbc", "binlog", "polling", "program"]
    settings: Settings = {}
    """Settings of the connector or reader; `${NAME}` as in `connector`."""
    connector: Settings | None = None
    """The user's configuration of the connector instead of the harness's; `settings` override it.
    `${NAME}` is replaced by the value that `harness.workloads.pipeline.feeds.wiring` names NAME."""
    program: Program | None = None
    schemas: dict[str, str] = {}
    """The user's Avro schemas by table, registered before the feed starts."""
    partitions: Partitions = 3
    topic_settings: Settings = {}
    compatibility: str | None = None
    """Compatibility level of its topics (`BACKWARD`, `NONE`); None: the registry's default."""

    @property
    def polls(self) -> bool:
        """Whether it polls for rows, and so misses deletes and intermediate versions."""
        return self.kind in POLLING or (self.program is not None and self.program.polls)


class Copy(Value, frozen=True, kw_only=True):
    """The way of changes from topics to a copy.

    `jdbc` is the Connect sink into tables of a second database, `table` and `redis` are Python
    consumers. `program` is a user's consumer, which writes to a `table` or to `redis`; in Redis an
    entry is a hash with the field `version`. `holds` is the required final state: `equal` to the
    source, or `cached` (an entry may be missing, but not wrong).
    """

    kind: Literal["jdbc", "table", "program"] | CacheName
    name: Name
    settings: Settings = {}
    connector: Settings | None = None
    """As `Feed.connector`."""
    program: Program | None = None
    into: Literal["table"] | CacheName = "table"
    """The target of a program."""
    database: SourceName | None = None
    """The database of its tables; None: that of the source."""
    ddl: dict[str, str] = {}
    """The user's CREATE TABLE of a copy, by table; others have the columns of their source."""
    columns: tuple[str, ...] | None = None
    """Columns besides `id` and `version` that must equal the source's. None: all common columns, if
    connectors fill topics and copy; otherwise none, since a program may copy some columns only."""
    holds: Literal["equal", "cached"] = "equal"
    staleness_s: Seconds | None = None
    """The promised maximum staleness; None: only convergence at the end."""

    @property
    def cache(self) -> CacheName | None:
        """The cache system of the copy; None: it consists of tables."""
        into = self.into if self.kind == "program" else self.kind
        return next((name for name in get_args(CacheName) if name == into), None)


class Path(Value, frozen=True, kw_only=True):
    """One feed and the copies that it fills."""

    name: Name
    feed: Feed
    copies: tuple[Copy, ...] = ()
