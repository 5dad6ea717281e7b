"""A path: a feed from the source into topics, and copies that are kept from those topics."""

from typing import Literal, get_args

from harness.model.pipeline.program import Program
from harness.model.pipeline.systems import CacheName, SourceName
from harness.model.ranges import Name, Partitions, Seconds
from harness.model.value import Settings, Value

CONNECTORS = ("debezium", "jdbc")
"""Kinds of feeds and copies that run in Kafka Connect."""


POLLING = ("jdbc", "polling")
"""Kinds of feeds that ask for rows instead of following the binary log."""


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
