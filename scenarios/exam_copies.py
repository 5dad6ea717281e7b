"""The exam's pipelines whose sinks, caches, programs and readers differ from ours."""

from pathlib import Path as FilePath

from harness.api import (
    Copy,
    Feed,
    Legal,
    Path,
    PipelineWorkload,
    Program,
    Readers,
    Scenario,
    SourceTable,
    Topology,
    Writers,
)
from harness.model.value import Settings

FULL = Topology(registry=True, connect_workers=2, mysql=True, redis=True)
ORDERS = SourceTable(name="orders")
ADDED = Writers(tables=("orders",), keys_rise=True, mix={"insert": 1})
KEPT = Writers(tables=("orders",), mix={"insert": 2, "update": 3})
OWN = FilePath(__file__).parent / "own"
ROW_FEED = Feed(kind="program", program=Program(function=f"{OWN / 'row_feed.py'}:run", polls=True))
OWN_TABLE = Copy(
    kind="program", name="table", program=Program(function=f"{OWN / 'order_table.py'}:run")
)
OWN_CACHE = Copy(
    kind="program",
    name="cache",
    into="redis",
    program=Program(function=f"{OWN / 'order_cache.py'}:run"),
    settings={"REDIS_RETRIES": -1},
)


def legal(  # noqa: PLR0913 - each is a part of a pipeline
    name: str,
    about: str,
    *copies: Copy,
    feed: Feed = Feed(kind="debezium"),  # noqa: B008 - a frozen value
    tables: tuple[SourceTable, ...] = (ORDERS,),
    writers: Writers = Writers(tables=("orders",)),  # noqa: B008 - a frozen value
    readers: tuple[Readers, ...] = (),
    unknown: str = "",
    nightly: bool = True,
) -> Legal:
    """One path of these copies, which nothing disturbs."""
    workload = PipelineWorkload(
        tables=tables,
        writers=(writers,),
        paths=(Path(name="own", feed=feed, copies=copies),),
        readers=readers,
    )
    scenario = Scenario(
        name=f"exam-{name}", about=about, topology=FULL, workload=workload, baseline_acks=150
    )
    return Legal(scenario=scenario, unknown=unknown, nightly=nightly)


def sink(name: str = "sink", **settings: str | int | bool) -> Copy:
    """A JDBC sink with settings of its own, whose dots are written as two underscores."""
    own: Settings = {setting.replace("__", "."): value for setting, value in settings.items()}
    return Copy(kind="jdbc", name=name, settings=own)


CACHE = Copy(kind="redis", name="cache")
SHORT_LIVED = Copy(kind="redis", name="cache", holds="cached", settings={"ttl_s": 1.5})

COPIES: tuple[Legal, ...] = (
    legal(
        "two-consumers",
        "Two sinks and two caches read the same topics",
        *(sink(), sink("archive"), CACHE, Copy(kind="redis", name="pages")),
    ),
    legal("short-ttl", "Entries of a cache live for a second and a half", SHORT_LIVED),
    legal(
        "sink-tasks",
        "A sink of three tasks writes small batches",
        sink(tasks__max=3, batch__size=7),
        feed=Feed(kind="debezium", partitions=6),
    ),
    legal(
        "sink-evolves",
        "A sink adds the columns that its table lacks",
        Copy(
            kind="jdbc",
            name="sink",
            settings={"schema.evolution": "basic"},
            ddl={
                "orders": "CREATE TABLE orders "
                "(id BIGINT PRIMARY KEY, version BIGINT NOT NULL, changed TIMESTAMP(6) NULL)"
            },
        ),
        tables=(SourceTable(name="orders", columns={"note": "VARCHAR(40)", "total": "INT"}),),
    ),
    legal(
        "no-deletes",
        "Rows are only added, and the sink does not delete",
        sink(delete__enabled=False),
        writers=ADDED,
    ),
    legal(
        "sink-inserts",
        "Rows are only added, and the sink only inserts",
        sink(insert__mode="insert", delete__enabled=False),
        writers=ADDED,
    ),
    legal(
        "sink-overrides",
        "The consumer of a sink takes few records at a time and waits for more of them",
        sink(
            consumer__override__max__poll__records=20,
            consumer__override__fetch__min__bytes=2_000,
            consumer__override__fetch__max__wait__ms=300,
        ),
    ),
    legal(
        "sink-tolerates",
        "A sink that tolerates errors meets none",
        sink(
            errors__tolerance="all",
            errors__deadletterqueue__topic__name="letters",
            errors__retry__timeout=2_000,
        ),
    ),
    legal(
        "idle-table",
        "No writer writes to one of two tables; most partitions stay empty",
        *(sink(), CACHE),
        tables=(ORDERS, SourceTable(name="items", rows=3), SourceTable(name="notes")),
        feed=Feed(kind="debezium", partitions=12),
        writers=Writers(tables=("orders",), keys=2),
    ),
    legal(
        "own-feed",
        "A user's program feeds a sink of the harness and a cache",
        *(Copy(kind="table", name="copy"), CACHE),
        feed=ROW_FEED,
        writers=KEPT,
    ),
    legal(
        "own-table",
        "A user's program fills a table from a feed of the harness",
        OWN_TABLE,
        feed=Feed(kind="binlog"),
        nightly=False,
    ),
    legal(
        "own-both",
        "A user's programs are the feed and both copies",
        *(OWN_TABLE, Copy(kind="redis", name="pages")),
        feed=ROW_FEED,
        writers=ADDED,
    ),
    legal(
        "own-beside-sink",
        "A user's program fills a cache next to a sink, from Debezium's topics",
        *(OWN_CACHE, sink()),
    ),
    legal(
        "prefilled",
        "Rows that were there before come by the snapshot",
        *(sink(), CACHE),
        tables=(SourceTable(name="orders", rows=300),),
    ),
    legal(
        "prefilled-skipped",
        "Rows that were there before are left out, as snapshot.mode says",
        sink(),
        tables=(SourceTable(name="orders", rows=300),),
        feed=Feed(kind="debezium", settings={"snapshot.mode": "no_data"}),
    ),
    legal(
        "compacted",
        "Change topics are compacted",
        *(sink(), CACHE),
        feed=Feed(
            kind="debezium",
            topic_settings={
                "cleanup.policy": "compact",
                "segment.ms": 1_000,
                "min.cleanable.dirty.ratio": 0.01,
                "max.compaction.lag.ms": 1_000,
            },
        ),
    ),
    legal(
        "short-retention",
        "Change topics keep their events for some seconds",
        *(sink(), CACHE),
        feed=Feed(kind="debezium", topic_settings={"retention.ms": 3_000, "segment.ms": 1_000}),
    ),
    legal(
        "polled-by-time",
        "Rows are polled by their time into a table of four writers",
        Copy(kind="table", name="copy", settings={"threads": 4}),
        feed=Feed(kind="polling", settings={"timestamp.delay.interval.ms": 500}),
        writers=KEPT,
    ),
    legal(
        "polled-by-key",
        "Rows are only added, and polled by their key",
        sink(delete__enabled=False, collection__name__format="orders"),
        feed=Feed(kind="jdbc", settings={"mode": "incrementing"}),
        writers=ADDED,
    ),
    legal(
        "bounded-readers",
        "Readers of a table and of a cache are promised rows of the last ten seconds",
        *(
            Copy(kind="jdbc", name="sink", staleness_s=10.0),
            Copy(kind="redis", name="cache", staleness_s=10.0),
        ),
        readers=(Readers(copy="sink", count=2), Readers(copy="cache", rate_per_s=200.0)),
    ),
    legal("no-copies", "The change topics have no reader"),
)
