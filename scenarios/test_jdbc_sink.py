"""Debezium's JDBC sink: what its settings make of crashes, removals and truncations."""

import msgspec
import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Writers,
    after,
    task,
    worse_path,
)
from harness.model.value import Settings
from harness.plugin import RunScenario, nightly

from . import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

FEED_HOP = "mysql → connect/topics (debezium)"
SINK_HOP = "connect/topics → connect/warehouse (jdbc)"
WRITERS = Writers(tables=("orders",), count=2)


def workload(
    sink: Settings, *, writers: Writers = WRITERS, feed: Settings | None = None, partitions: int = 3
) -> PipelineWorkload:
    """A table, its changes by Debezium, and a sink."""
    return PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(writers,),
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium", settings=feed or {}, partitions=partitions),
                copies=(Copy(kind="jdbc", name="warehouse", settings=sink),),
            ),
        ),
    )


# For the minute between two commits of offsets all that the sink has written is repeated after a
# crash. Without a key it can neither recognise it nor delete: rows only come.
SINK_DIES = Scenario(
    name="js-worker",
    about="The Connect worker that runs the sink dies after the database has committed",
    claims=connect_path.CAPTURED.claims,
    topology=connect_path.FULL,
    workload=msgspec.structs.replace(
        workload(
            {"delete.enabled": False},
            writers=msgspec.structs.replace(WRITERS, mix={"insert": 1}, keys_rise=True),
        ),
        auto_restart=True,
    ),
    baseline_acks=100,
    steps=(
        after(acks=100, spread=0.5).kill(task("connect/warehouse")),
        after(acks=100).heal("kill"),
    ),
    aftermath_acks=100,
)
WITHOUT_KEY = worse_path(
    SINK_DIES,
    "js-insert",
    "insert.mode=insert and primary.key.mode=none, the defaults: a repeated event becomes a new "
    "row",
    copies={"warehouse": {"insert.mode": "insert", "primary.key.mode": "none"}},
)

# A record that is only the row says nothing of its table: the name of the topic has to.
UNWRAPPED: Settings = {
    "transforms": "unwrap,route",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.unwrap.delete.tombstone.handling.mode": "tombstone",
    "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.route.regex": r".*\.([^.]+)",
    "transforms.route.replacement": "$1",
    "collection.name.format": "${topic}",
}
UNWRAP = Scenario(
    name="js-unwrap",
    about="A transform reduces events to rows and tombstones on their way into the sink",
    claims=connect_path.CAPTURED.claims,
    topology=connect_path.FULL,
    workload=workload(UNWRAPPED),
    baseline_acks=200,
)
NO_TOMBSTONES = worse_path(
    UNWRAP,
    "js-droptomb",
    "delete.tombstone.handling.mode=drop: the sink is never told that a row is gone",
    copies={"warehouse": {"transforms.unwrap.delete.tombstone.handling.mode": "drop"}},
)

# A truncation has no key, so only in one partition does it stand behind the rows that it ends; and
# no tombstone follows it.
TRUNCATED = Scenario(
    name="dbz-truncated",
    about="A table is truncated now and then, which the feed and the sink are set to hand on",
    claims=connect_path.CAPTURED.claims,
    topology=connect_path.FULL,
    workload=workload(
        {"truncate.enabled": True},
        writers=Writers(
            tables=("orders",), mix={"insert": 12, "update": 6, "delete": 2, "truncate": 1}
        ),
        feed={"skipped.operations": "none", "tombstones.on.delete": False},
        partitions=1,
    ),
    baseline_acks=200,
)
SKIPPED = worse_path(
    TRUNCATED,
    "dbz-truncate",
    "skipped.operations=t, the default: no event reports a truncation",
    feed={"skipped.operations": "t"},
)

SCENARIOS = (SINK_DIES, WITHOUT_KEY, UNWRAP, NO_TOMBSTONES, TRUNCATED, SKIPPED)


@pytest.mark.parametrize(
    "scenario",
    [nightly(SINK_DIES), UNWRAP, nightly(TRUNCATED)],
    ids=lambda scenario: scenario.name,
)
def test_the_sink_holds_what_the_source_holds(
    scenario: Scenario, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly", "hop"),
    [
        nightly(WITHOUT_KEY, "duplicate-row", SINK_HOP),
        (NO_TOMBSTONES, "resurrected-row", SINK_HOP),
        nightly(SKIPPED, "resurrected-row", FEED_HOP),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_one_setting_worse_and_the_hop_is_named(
    scenario: Scenario, anomaly: str, hop: str, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show(anomaly, hop=hop)
