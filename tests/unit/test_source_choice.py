"""A scenario that is written for one source begins at another, or says why it cannot."""

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
)
from harness.engine.source_choice import UnfitError, on_source
from harness.model.pipeline.systems import SourceName
from harness.model.value import Settings

ORDERS = SourceTable(
    name="orders",
    columns={
        "total": "DECIMAL(12, 4)",
        "placed_at": "DATETIME(6)",
        "seen_at": "TIMESTAMP NOT NULL",
        "note": "JSON",
        "count": "INT(11)",
        "state": "ENUM('new', 'paid')",
    },
)


def scenario(
    *, table: SourceTable = ORDERS, feed: Feed | None = None, mysql_settings: Settings | None = None
) -> Scenario:
    return Scenario(
        name="shop",
        about="a shop",
        claims=("capture",),
        topology=Topology(
            mysql=True, registry=True, connect_workers=1, mysql_settings=mysql_settings or {}
        ),
        workload=PipelineWorkload(
            tables=(table,),
            writers=(Writers(tables=("orders",)),),
            paths=(Path(name="connect", feed=feed or Feed(kind="debezium")),),
        ),
        steps=(after(acks=1).kill(service("mysql")), after(acks=1).heal("kill")),
    )


@pytest.mark.parametrize("source", [None, "mysql"])
def test_what_begins_there_already_stays(source: SourceName | None) -> None:
    assert on_source(scenario(), source) == scenario()


def test_tables_and_targets_are_those_of_the_new_source() -> None:
    chosen = on_source(scenario(), "postgres")
    assert chosen.topology == Topology(postgres=True, registry=True, connect_workers=1)
    assert chosen.pipeline.source == "postgres"
    (table,) = chosen.pipeline.tables
    assert table.columns == {
        "total": "NUMERIC(12, 4)",
        "placed_at": "TIMESTAMP(6)",
        "seen_at": "TIMESTAMP(0) WITH TIME ZONE NOT NULL",
        "note": "JSONB",
        "count": "INTEGER",
        "state": "TEXT",
    }
    assert table.fills == {"state": "(ARRAY['new', 'paid'])[1 + NEW.version / 2 % 2]"}
    fault = chosen.steps[0].fault
    assert fault is not None
    assert str(fault.target) == "postgres"
    assert chosen.steps[1] == scenario().steps[1]


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (scenario(mysql_settings={"sync_binlog": 0}), "mysql_settings"),
        (scenario(feed=Feed(kind="jdbc")), "JDBC source connector"),
        (scenario(feed=Feed(kind="debezium", connector={})), "its own connector configuration"),
        (
            scenario(feed=Feed(kind="debezium", settings={"connect.timeout.ms": 1})),
            "setting connect.timeout.ms",
        ),
        (scenario(table=SourceTable(name="orders", ddl="CREATE TABLE orders")), "own words"),
        (scenario(table=SourceTable(name="orders", columns={"at": "POINT"})), "own type POINT"),
    ],
)
def test_what_only_mysql_understands_is_said(unfit: Scenario, why: str) -> None:
    with pytest.raises(UnfitError, match=f"shop cannot start at postgres: .*{why}"):
        on_source(unfit, "postgres")


def test_a_sink_that_its_columns_would_refuse_is_said() -> None:
    texts = Feed(kind="debezium", settings={"decimal.handling.mode": "string"})
    alone = scenario(feed=texts)
    assert on_source(alone, "postgres").pipeline.source == "postgres"
    path = msgspec.structs.replace(
        alone.pipeline.paths[0], copies=(Copy(kind="jdbc", name="warehouse"),)
    )
    copied = msgspec.structs.replace(
        alone, workload=msgspec.structs.replace(alone.pipeline, paths=(path,))
    )
    with pytest.raises(UnfitError, match="a sink of path connect writes decimals as texts"):
        on_source(copied, "postgres")


def test_what_is_written_for_postgresql_stays_there() -> None:
    chosen = on_source(scenario(), "postgres")
    with pytest.raises(UnfitError, match="it is written for postgres"):
        on_source(chosen, "mysql")
