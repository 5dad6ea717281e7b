"""Truncations without containers: what a log and the binary log say that they end."""

from collections import defaultdict
from typing import Any

import pytest

from harness.history.history import NOTHING
from harness.model.rows import Committed, Truncation
from harness.systems.mysql import log_statements
from harness.workloads.pipeline.source import oracle
from harness.workloads.pipeline.source.oracle import DELETE, Change
from harness.workloads.pipeline.topics.decoding import Event
from harness.workloads.pipeline.topics.shapes import told_of
from harness.workloads.pipeline.topics.truncation import RowsToldOf


def event(kind: str, key: int = NOTHING, version: int = NOTHING, before: int = NOTHING) -> Event:
    return Event(table="orders", key=key, version=version, before=before, kind=kind)


def told(*events: Event) -> list[list[Event]]:
    log = RowsToldOf()
    return [list(log.spelled_out(each)) for each in events]


def test_a_truncation_removes_what_its_log_has_told_of() -> None:
    *_, ended = told(
        event("insert", 1, 10),
        event("insert", 2, 20),
        event("update", 1, 11, before=10),
        event("truncate"),
    )
    assert ended == [event("delete", 1, before=11), event("delete", 2, before=20)]


def test_what_was_removed_before_a_truncation_is_not_removed_by_it() -> None:
    *_, ended = told(
        event("snapshot", 1, 10),
        event("delete", 1, before=10),
        event("tombstone", 1),
        event("truncate"),
    )
    assert ended == []


def test_rows_that_come_after_a_truncation_belong_to_the_next_one() -> None:
    *_, ended = told(
        event("insert", 1, 10), event("truncate"), event("insert", 2, 20), event("truncate")
    )
    assert ended == [event("delete", 2, before=20)]


def test_other_events_are_handed_on_as_they_are() -> None:
    events = [event("insert", 1, 10), event("tombstone", 1), event("unreadable")]
    assert told(*events) == [[each] for each in events]


def test_an_event_of_a_truncation_has_no_key() -> None:
    value: dict[str, Any] = {"op": "t", "before": None, "after": None}
    assert told_of(None, value, {}) == ("truncate", NOTHING, NOTHING, NOTHING)


@pytest.mark.parametrize(
    "query",
    [
        "TRUNCATE TABLE `orders`",
        "truncate orders",
        "TRUNCATE TABLE `src`.`orders`",
        "/* ours */ TRUNCATE TABLE src . orders",
    ],
)
def test_the_source_truncates_every_row_that_is_there(query: str) -> None:
    assert log_statements.of(query, "src", "src").truncated == "orders"
    rows: oracle.Tables = defaultdict(dict, {"orders": {2: 20, 1: 10}})
    found = list(oracle.changes(Committed((Truncation("orders"),)), rows))
    assert found == [Change("orders", key, NOTHING, key * 10, DELETE) for key in (1, 2)]
    assert rows["orders"] == {}


@pytest.mark.parametrize(
    ("query", "schema"),
    [
        ("BEGIN", "src"),
        ("TRUNCATE TABLE `orders`", "other"),
        ("TRUNCATE TABLE other.orders", "src"),
        ("TRUNCATE TABLE `items`", "src"),
    ],
)
def test_other_statements_remove_nothing(query: str, schema: str) -> None:
    assert log_statements.of(query, schema, "src").truncated != "orders"
