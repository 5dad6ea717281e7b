"""What PostgreSQL promises as the source of a pipeline, each beside a twin that breaks it."""

import msgspec
import pytest

from harness.api import (
    Copy,
    Feed,
    Limits,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    worse_path,
)
from harness.model.value import Settings
from harness.plugin import RunScenario, nightly

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

FEED_HOP = "postgres → connect/topics (debezium)"
KEYED = "id BIGINT PRIMARY KEY, version BIGINT NOT NULL"
LONG = SourceTable(
    name="orders",
    columns={"document": "TEXT STORAGE EXTERNAL DEFAULT repeat(md5(random()::text), 100)"},
)
"""Its document is stored apart from the row, and no update changes it."""
WHOLE_ROWS = Scenario(
    name="pg-toast",
    about="Updates do not change a TOASTed value, and REPLICA IDENTITY FULL logs it nevertheless",
    claims=("capture", "convergence"),
    topology=Topology(registry=True, connect_workers=1, postgres=True),
    workload=PipelineWorkload(
        source="postgres",
        tables=(LONG,),
        writers=(Writers(tables=("orders",), mix={"insert": 3, "update": 3, "delete": 1}),),
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium"),
                copies=(Copy(kind="jdbc", name="warehouse"),),
            ),
        ),
    ),
    baseline_acks=200,
)
LONG_LEFT_OUT = worse_path(
    WHOLE_ROWS,
    "pg-toast-bad",
    "REPLICA IDENTITY DEFAULT: a TOASTed value that an update does not change is not in the "
    "write-ahead log",
    feed={"replica.identity.autoset.values": ".*:DEFAULT"},
)
# A scenario of its own: without long values the same setting loses nothing.
ONLY_KEYS = msgspec.structs.replace(
    LONG_LEFT_OUT,
    name="pg-default",
    about="REPLICA IDENTITY DEFAULT: events do not say what a row was, and nothing is lost by that",
    twin_of="",
    workload=msgspec.structs.replace(
        LONG_LEFT_OUT.pipeline, tables=(SourceTable(name="orders", columns={"note": "TEXT"}),)
    ),
)
ITEMS = SourceTable(name="items", columns={"note": "TEXT"})
PLAIN = f"CREATE TABLE orders ({KEYED})"


def declared(name: str, about: str, ddl: str, feed: Settings, twin_of: str = "") -> Scenario:
    """A scenario whose table `orders` has this DDL, beside a table that is as ever.

    The feed is in order over both, so what comes of `items` proves what never came of `orders`.
    """
    replace = msgspec.structs.replace
    path = replace(
        WHOLE_ROWS.pipeline.paths[0],
        feed=Feed(kind="debezium", settings=feed),
        copies=(Copy(kind="jdbc", name="warehouse", ddl={"orders": PLAIN}),),
    )
    return replace(
        WHOLE_ROWS,
        name=name,
        about=about,
        twin_of=twin_of,
        workload=replace(
            WHOLE_ROWS.pipeline,
            tables=(ITEMS, SourceTable(name="orders", ddl=ddl)),
            writers=(replace(WHOLE_ROWS.pipeline.writers[0], tables=("orders", "items")),),
            paths=(path,),
        ),
        limits=Limits(settle_s=30.0),
    )


PARTITIONED = (
    f"CREATE TABLE orders ({KEYED}) PARTITION BY HASH (id); "
    "CREATE TABLE even PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 0); "
    "CREATE TABLE odd PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 1)"
)
WITH_PARTITIONS = declared(
    "pg-partitions",
    "Changes of partitions come as changes of their table",
    PARTITIONED,
    {"publish.via.partition.root": True},
)
BY_PARTITION = worse_path(
    WITH_PARTITIONS,
    "pg-partitions-bad",
    "publish.via.partition.root=false: changes come under the names of partitions",
    feed={"publish.via.partition.root": False},
)
OF_ALL_TABLES: Settings = {"publication.autocreate.mode": "all_tables"}
LOGGED = declared(
    "pg-logged", "A publication of all tables has every change of the table", PLAIN, OF_ALL_TABLES
)
NOT_LOGGED = declared(
    "pg-unlogged",
    "UNLOGGED: writes to the table are not in the write-ahead log",
    PLAIN.replace("TABLE", "UNLOGGED TABLE"),
    OF_ALL_TABLES,
    twin_of=LOGGED.name,
)


def published(name: str, about: str, publication: str, twin_of: str = "") -> Scenario:
    """A scenario whose connector takes a publication that is there, made by the DDL of a table."""
    ddl = (
        f"{PLAIN}; ALTER TABLE orders REPLICA IDENTITY FULL; CREATE PUBLICATION shop {publication}"
    )
    as_it_is: Settings = {"publication.name": "shop", "publication.autocreate.mode": "disabled"}
    return declared(name, about, ddl, as_it_is, twin_of)


PUBLISHED = published(
    "pg-published",
    "The connector uses an existing publication of both tables",
    "FOR TABLE items, orders",
)
LEFT_OUT = published(
    "pg-unpublished",
    "The publication lacks a table, and the connector does not report it",
    "FOR TABLE items",
    PUBLISHED.name,
)
WITHOUT_DELETES = published(
    "pg-publish",
    "publish = 'insert, update': the publication has no deletes",
    "FOR TABLE items, orders WITH (publish = 'insert, update')",
    PUBLISHED.name,
)
SOME_ROWS = published(
    "pg-filter",
    "The publication has a row filter: rows with odd keys never leave the server",
    "FOR TABLE items, orders WHERE (id % 2 = 0)",
    PUBLISHED.name,
)
FILLED = msgspec.structs.replace(
    WHOLE_ROWS,
    name="pg-filled",
    about="The table has rows before the connector comes, and its snapshot shows them",
    workload=msgspec.structs.replace(
        WHOLE_ROWS.pipeline, tables=(msgspec.structs.replace(ITEMS, name="orders", rows=50),)
    ),
)
WITHOUT_SNAPSHOT = worse_path(
    FILLED,
    "pg-nodata",
    "snapshot.mode=no_data: rows that were there before are never captured",
    feed={"snapshot.mode": "no_data"},
)

SCENARIOS = (
    WHOLE_ROWS,
    LONG_LEFT_OUT,
    ONLY_KEYS,
    WITH_PARTITIONS,
    BY_PARTITION,
    LOGGED,
    NOT_LOGGED,
    PUBLISHED,
    LEFT_OUT,
    WITHOUT_DELETES,
    SOME_ROWS,
    FILLED,
    WITHOUT_SNAPSHOT,
)


@pytest.mark.parametrize(
    "scenario",
    [
        WHOLE_ROWS,
        *map(nightly, (ONLY_KEYS, WITH_PARTITIONS, LOGGED, PUBLISHED, FILLED)),
    ],
    ids=lambda part: part.name if isinstance(part, Scenario) else "",
)
def test_what_is_promised_holds(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


MISSED = ("missed-change", "missing-row")
WORSE = [
    (LONG_LEFT_OUT, ("altered-row",), "REPLICA IDENTITY DEFAULT of table orders"),
    nightly(BY_PARTITION, MISSED, "publish.via.partition.root=false"),
    nightly(LEFT_OUT, MISSED, "publication shop"),
    nightly(WITHOUT_DELETES, ("missed-change", "resurrected-row"), "publication shop"),
    nightly(SOME_ROWS, (*MISSED, "torn-transaction"), "publication shop"),
    nightly(WITHOUT_SNAPSHOT, MISSED, "snapshot.mode=no_data"),
]
"""Each twin with the kind that it shows, what follows from that, and the setting to be named."""


@pytest.mark.parametrize(
    ("scenario", "kinds", "permitted_by"),
    WORSE,
    ids=lambda part: part.name if isinstance(part, Scenario) else "",
)
def test_what_is_not_promised_shows(
    scenario: Scenario, kinds: tuple[str, ...], permitted_by: str, run_scenario: RunScenario
) -> None:
    run = run_scenario(scenario)
    run.must_show(kinds[0], hop=FEED_HOP, permitted_by=permitted_by)
    run.must_show_only(*kinds)


@pytest.mark.nightly
def test_what_is_in_no_log_is_in_no_topic(run_scenario: RunScenario) -> None:
    run = run_scenario(NOT_LOGGED)
    run.must_show("unlogged-change", hop="writers → postgres", permitted_by="UNLOGGED")
    run.must_show_only("unlogged-change", "missing-row")
