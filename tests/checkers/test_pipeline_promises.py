"""What settings of feeds, copies and the source permit, and therefore what they promise."""

import msgspec
import pytest

from harness.checkers.verdict.promises import permitted, promised
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.systems import SourceName
from harness.model.pipeline.traffic import Readers, Writers
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from tests.checkers.flows import pipeline
from tests.checkers.verdicts import OF_PIPELINES, scenario

EVERYTHING = (
    "capture",
    "capture-once",
    "change-order",
    "schema-ids",
    "convergence",
    "freshness",
    "source-durability",
)
RUNNING = "running"
"""Promised where there are connectors."""


def of_feed(kind: str, **settings: str | int | bool) -> Scenario:
    named: Settings = {name.replace("_", "."): value for name, value in settings.items()}
    return pipeline(feed=Feed(kind=kind, settings=named))  # type: ignore[arg-type]  # from a table


def of_copy(kind: str, settings: Settings) -> Scenario:
    copy = Copy(kind=kind, name="it", settings=settings)  # type: ignore[arg-type]  # from a table
    return pipeline(copies=(copy,))


def test_the_harness_own_settings_promise_everything() -> None:
    readers = (Readers(copy="sink"),)
    tended = msgspec.structs.replace(pipeline(readers=readers).pipeline, auto_restart=True)
    connectors = msgspec.structs.replace(pipeline(), workload=tended)
    assert set(promised(connectors)) == {*EVERYTHING, RUNNING, "no-skips"}
    python = (Copy(kind="table", name="it"),)
    by_python = pipeline(feed=Feed(kind="binlog"), copies=python, readers=(Readers(copy="it"),))
    assert promised(by_python) == EVERYTHING


def test_a_pipeline_promises_nothing_of_logs_and_the_other_way_round() -> None:
    assert not set(promised(scenario())) & set(EVERYTHING)
    assert set(permitted(pipeline())) <= OF_PIPELINES


def test_nobody_promises_that_a_sink_runs_which_nobody_restarts() -> None:
    assert RUNNING not in promised(pipeline())
    assert permitted(pipeline())["failed-task"][0].startswith("auto_restart=false")


def test_what_is_not_there_is_not_promised() -> None:
    assert "convergence" not in promised(pipeline(copies=()))
    assert "freshness" not in promised(pipeline(copies=()))


@pytest.mark.parametrize(
    ("feed", "kinds"),
    [
        (of_feed("binlog", exactly_once_support="disabled"), {"duplicate-change"}),
        (of_feed("debezium", snapshot_mode="no_data"), {"missed-change", "missing-row"}),
        (of_feed("debezium", snapshot_mode="when_needed"), {"resurrected-row", "duplicate-change"}),
        (of_feed("debezium", skipped_operations="t,d"), {"missed-change", "resurrected-row"}),
        (of_feed("debezium", errors_tolerance="all"), {"missed-change", "stale-row"}),
        (of_feed("jdbc", mode="incrementing"), {"missed-change", "stale-row", "resurrected-row"}),
        (
            of_feed("jdbc", mode="timestamp", timestamp_delay_interval_ms=0),
            {"missed-change", "missing-row"},
        ),
        (of_feed("polling", mode="bulk"), {"duplicate-change", "resurrected-row"}),
        (
            of_feed("jdbc", timestamp_delay_interval_ms=5000),
            {"missed-change", "resurrected-row"},
        ),
    ],
)
def test_feeds_permit(feed: Scenario, kinds: set[str]) -> None:
    assert kinds <= set(permitted(feed))


@pytest.mark.parametrize("support", ["enabled", "disabled"])
@pytest.mark.parametrize("kind", ["debezium", "jdbc"])
def test_workers_decide_whether_a_connector_sends_once(kind: str, support: str) -> None:
    settings: Settings = {"exactly.once.source.support": support}
    topology = Topology(connect_settings=settings)
    asked = of_feed(kind, exactly_once_support="requested")
    allowed = permitted(msgspec.structs.replace(asked, topology=topology))
    reasons = allowed.get("duplicate-change", ())
    assert any("exactly.once.source.support" in each for each in reasons) == (support == "disabled")


@pytest.mark.parametrize(
    ("feed", "sink", "permitted_by"),
    [
        ({}, {}, {"skipped.operations=t", "truncate.enabled=false"}),
        ({"skipped.operations": "none"}, {}, {"truncate.enabled=false"}),
        ({"skipped.operations": "none"}, {"truncate.enabled": True}, set()),
    ],
)
def test_what_is_left_out_counts_once_somebody_truncates(
    feed: Settings, sink: Settings, permitted_by: set[str]
) -> None:
    copies = (Copy(kind="jdbc", name="it", settings=sink),)
    made = pipeline(feed=Feed(kind="debezium", settings=feed), copies=copies)
    assert "resurrected-row" not in permitted(made)
    truncating = (Writers(tables=("orders",), mix={"truncate": 1}),)
    workload = msgspec.structs.replace(made.pipeline, writers=truncating)
    reasons = permitted(msgspec.structs.replace(made, workload=workload)).get("resurrected-row", ())
    assert {each.partition(" of ")[0] for each in reasons} == permitted_by


def test_a_position_that_rows_share_cannot_be_gone_on_from_exactly() -> None:
    allowed = permitted(of_feed("jdbc", mode="timestamp", exactly_once_support="requested"))
    assert any("exactly.once.support" in each for each in allowed["duplicate-change"])


def test_a_delay_longer_than_transactions_loses_no_row() -> None:
    allowed = permitted(of_feed("jdbc", timestamp_delay_interval_ms=5000))
    assert not {"missing-row", "stale-row", "duplicate-change"} & set(allowed)


@pytest.mark.parametrize(
    ("kind", "settings", "kinds"),
    [
        ("jdbc", {"insert.mode": "insert"}, {"duplicate-row"}),
        ("jdbc", {"delete.enabled": False}, {"resurrected-row"}),
        ("jdbc", {"primary.key.mode": "record_value"}, {"stale-row"}),
        (
            "jdbc",
            {"transforms.unwrap.delete.tombstone.handling.mode": "drop"},
            {"resurrected-row"},
        ),
        ("jdbc", {"errors.tolerance": "all"}, {"missing-row", "stale-row"}),
        ("jdbc", {"consumer.override.auto.offset.reset": "latest"}, {"missing-row"}),
        ("redis", {"versioned": False}, {"stale-row", "nonmonotonic-sighting"}),
        ("redis", {"ttl_s": 5}, {"missing-row"}),
        ("table", {"enable.auto.commit": True}, {"missing-row", "stale-row"}),
        ("table", {"isolation.level": "read_uncommitted"}, {"foreign-row"}),
    ],
)
def test_copies_permit(kind: str, settings: Settings, kinds: set[str]) -> None:
    allowed = permitted(of_copy(kind, settings))
    assert kinds <= set(allowed)
    assert all(
        next(iter(settings)).rpartition("override.")[2] in allowed[each][0] for each in kinds
    )


@pytest.mark.parametrize(
    ("source", "careless"),
    [
        ("mysql", Topology(mysql=True, mysql_settings={"innodb_flush_log_at_trx_commit": 0})),
        ("postgres", Topology(postgres=True, postgres_settings={"synchronous_commit": False})),
        ("postgres", Topology(postgres=True, postgres_settings={"fsync": "off"})),
    ],
)
def test_a_source_that_does_not_flush_may_lose(source: SourceName, careless: Topology) -> None:
    workload = msgspec.structs.replace(pipeline().pipeline, source=source)
    bad = Scenario(name="bad", about="a test", workload=workload, topology=careless)
    assert "lost-change" in permitted(bad)
    assert "source-durability" not in promised(bad)
