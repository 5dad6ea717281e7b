"""What PostgreSQL promises as the source of a pipeline, each beside a twin that breaks it."""

import msgspec
import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
    service,
    task,
    worse_path,
)
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
    about="Updates leave a long value alone, and REPLICA IDENTITY FULL logs it all the same",
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
    "REPLICA IDENTITY DEFAULT: a long value that an update leaves alone is not in the log",
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
WITH_PARTITIONS = msgspec.structs.replace(
    WHOLE_ROWS,
    name="pg-partitions",
    about="Changes of partitions come as changes of their table",
    workload=msgspec.structs.replace(
        WHOLE_ROWS.pipeline,
        tables=(
            SourceTable(
                name="orders",
                ddl=f"CREATE TABLE orders ({KEYED}, note TEXT) PARTITION BY HASH (id); "
                "CREATE TABLE even PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 0); "
                "CREATE TABLE odd PARTITION OF orders FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
            ),
        ),
        paths=(
            msgspec.structs.replace(
                WHOLE_ROWS.pipeline.paths[0],
                feed=Feed(kind="debezium", settings={"publish.via.partition.root": True}),
            ),
        ),
    ),
)
LOGGED = msgspec.structs.replace(
    WHOLE_ROWS,
    name="pg-logged",
    about="A publication of all tables has every change of the table",
    workload=msgspec.structs.replace(
        WHOLE_ROWS.pipeline,
        tables=(SourceTable(name="orders", ddl=f"CREATE TABLE orders ({KEYED})"),),
        paths=(
            msgspec.structs.replace(
                WHOLE_ROWS.pipeline.paths[0],
                feed=Feed(kind="debezium", settings={"publication.autocreate.mode": "all_tables"}),
            ),
        ),
    ),
)
NOT_LOGGED = msgspec.structs.replace(
    LOGGED,
    name="pg-unlogged",
    about="UNLOGGED: what is written to the table is in no write-ahead log",
    workload=msgspec.structs.replace(
        LOGGED.pipeline,
        tables=(SourceTable(name="orders", ddl=f"CREATE UNLOGGED TABLE orders ({KEYED})"),),
    ),
)
SLOT_KEPT = Scenario(
    name="pg-slot",
    about="The connector stands still for a while, and its slot keeps what it has yet to read",
    claims=("capture",),
    topology=WHOLE_ROWS.topology,
    workload=msgspec.structs.replace(
        WHOLE_ROWS.pipeline,
        tables=(SourceTable(name="orders", columns={"note": "TEXT"}),),
        auto_restart=True,
    ),
    steps=(
        after(acks=50).pause(task("connect/topics")),
        after(acks=100).heal("pause"),
    ),
    baseline_acks=200,
    aftermath_acks=100,
)
CRASH = Scenario(
    name="pg-crash",
    about="The server is killed under load: what it acknowledged is there when it is back",
    claims=("source-durability",),
    topology=Topology(brokers=0, postgres=True),
    workload=PipelineWorkload(
        source="postgres",
        tables=(SourceTable(name="orders", columns={"note": "TEXT"}),),
        writers=(Writers(tables=("orders",), count=2, mix={"insert": 3, "update": 3}),),
    ),
    steps=(
        after(acks=200).kill(service("postgres")),
        after(seconds=1).heal("kill"),
    ),
    baseline_acks=100,
    aftermath_acks=100,
)

SCENARIOS = (
    WHOLE_ROWS,
    LONG_LEFT_OUT,
    ONLY_KEYS,
    WITH_PARTITIONS,
    LOGGED,
    NOT_LOGGED,
    SLOT_KEPT,
    CRASH,
)


@pytest.mark.parametrize(
    "scenario",
    [WHOLE_ROWS, *map(nightly, (ONLY_KEYS, WITH_PARTITIONS, LOGGED, SLOT_KEPT, CRASH))],
    ids=lambda part: part.name if isinstance(part, Scenario) else "",
)
def test_what_is_promised_holds(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly", "hop"),
    [
        (LONG_LEFT_OUT, "altered-row", FEED_HOP),
        nightly(NOT_LOGGED, "unlogged-change", "writers → postgres"),
    ],
    ids=lambda part: part.name if isinstance(part, Scenario) else "",
)
def test_what_is_not_promised_shows(
    scenario: Scenario, anomaly: str, hop: str, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show(anomaly, hop=hop)
