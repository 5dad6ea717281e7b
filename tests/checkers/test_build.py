"""Histories by hand have the tables that recorded ones have."""

import dataclasses

import polars as pl
import pytest

from harness.history.build import TICK_NS, HistoryBuilder
from harness.history.history import NOTHING, Labels
from harness.history.tables import SCHEMAS


def test_every_table_has_its_schema_even_when_empty() -> None:
    history = HistoryBuilder().history()
    schemas = {
        "operations": SCHEMAS["operations"],
        "sends": SCHEMAS["sends"],
        "reads": SCHEMAS["reads"],
        "assignments": SCHEMAS["assignments"],
        "commits": SCHEMAS["commits"],
        "processes": SCHEMAS["processes"],
        "logs": SCHEMAS["logs"],
    }
    for name, schema in schemas.items():
        frame: pl.DataFrame = getattr(history, name)
        assert (len(frame), frame.schema) == (0, schema), name
    assert history.errors == ("",)


def test_operations_follow_one_another_unless_told_otherwise() -> None:
    build = HistoryBuilder()
    assert build.send("p", 1) == 0
    assert build.send("p", 2, invoke_ns=50 * TICK_NS, complete_ns=99 * TICK_NS) == 1
    assert build.poll("c") == 2
    assert build.send("p", 3, complete_ns=None) == 3
    frame = build.history().operations
    assert (frame["invoke_ns"] // TICK_NS).to_list() == [1, 50, 51, 53]
    assert (frame["complete_ns"] // TICK_NS).to_list() == [2, 99, 52, None]
    assert frame["outcome"].to_list() == ["ok", "ok", "ok", "info"]


def test_records_carry_what_was_said_of_them() -> None:
    build = HistoryBuilder()
    build.process("c", group="billing")
    build.send("p", 7, log="a-b-3", offset=5, key=9)
    build.send("p", 8, topic="other", outcome="fail", error="kafka:_QUEUE_FULL")
    build.poll("c", [("a-b-3", 5, 7), ("a-b-4", 0, 6)])
    build.commit("c", {"a-b-3": 6})
    build.revoke("c", ["a-b-4"])
    build.txn("t", sends=[("a-b-3", None, 10)], reads=[("a-b-3", 5, 7)])
    history = build.history()
    assert history.sends.rows() == [
        (0, 0, 9, 7, 0, 5),
        (1, 1, NOTHING, 8, None, None),
        (5, 0, NOTHING, 10, 0, None),
    ]
    assert history.reads.select("op", "log", "offset", "key", "value").rows() == [
        (2, 0, 5, 9, 7),
        (2, 1, 0, NOTHING, 6),
        (5, 0, 5, 9, 7),
    ]
    assert history.logs.rows() == [(0, 0, "a-b-3", 3), (1, 0, "a-b-4", 4)]
    assert history.commits.rows() == [(3, 0, 6)]
    assert history.assignments.rows() == [(4, 1)]
    assert history.processes.rows()[0] == (0, "c", "consumer", "consumer", "billing")
    assert history.errors[history.operations["error"][1]] == "kafka:_QUEUE_FULL"
    assert history.operations["f"].to_list() == ["send", "send", "poll", "commit", "revoke", "txn"]


def test_time_does_not_run_backwards() -> None:
    build = HistoryBuilder()
    build.send("p", 1, invoke_ns=10)
    with pytest.raises(ValueError, match="before the operation written above"):
        build.send("p", 2, invoke_ns=9)
    with pytest.raises(ValueError, match="completes before it is invoked"):
        build.send("p", 3, invoke_ns=10, complete_ns=9)


def test_labels_are_for_the_values_that_have_one() -> None:
    labels = Labels(operations=[7], values=["a", "b"], logs=["x"])
    history = dataclasses.replace(HistoryBuilder().history(), labels=labels)
    assert [history.value_label(value) for value in (-1, 0, 1, 2)] == [-1, "a", "b", 2]
