"""Rows that contradict the format of a history: each is set aside, counted, and named."""

import dataclasses

import polars as pl
import pytest

from harness.checkers.evidence.soundness import sound
from harness.history.build import HistoryBuilder
from harness.history.history import History


def history() -> History:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-1", offset=0)
    build.poll("c", [("orders-0", 0, 1), ("orders-1", 0, 2)])
    build.wrote("coordinator", [("orders-0", 3), ("orders-1", None)])
    return build.history()


def changed(table: str, **columns: list[object]) -> History:
    whole = history()
    frame: pl.DataFrame = getattr(whole, table)
    new = frame.with_columns(
        pl.Series(name, values, dtype=frame.schema[name]) for name, values in columns.items()
    )
    return dataclasses.replace(whole, **{table: new})  # type: ignore[arg-type]


def test_a_sound_history_stays_as_it_is() -> None:
    kept, problems = sound(history())
    assert problems == ()
    for table in ("operations", "sends", "reads", "offsets", "logs"):
        assert getattr(kept, table).equals(getattr(history(), table))


@pytest.mark.parametrize(
    ("table", "columns", "left"),
    [
        ("reads", {"op": [2, 4]}, [2]),
        ("reads", {"op": [2, None]}, [2]),
        ("reads", {"log": [2, 1]}, [2]),
        ("reads", {"log": [-1, 1]}, [2]),
        ("reads", {"offset": [-1, 0]}, [2]),
        ("reads", {"value": [None, 2]}, [2]),
        ("sends", {"log": [2, 1]}, [2]),
        ("sends", {"key": [0, None]}, [1]),
    ],
)
def test_a_malformed_row_is_left_out(
    table: str, columns: dict[str, list[object]], left: list[int]
) -> None:
    kept, problems = sound(changed(table, **columns))
    assert getattr(kept, table)["value"].to_list()[-len(left) :] == left or len(
        getattr(kept, table)
    ) == len(left)
    assert len(getattr(kept, table)) == 1
    assert [each.startswith(f"{table}: 1 of 2 rows are malformed") for each in problems] == [True]


@pytest.mark.parametrize("column", ["log", "offset"])
def test_a_sender_need_not_be_told_a_place(column: str) -> None:
    columns: dict[str, list[object]] = {column: [None, 0]}
    kept, problems = sound(changed("sends", **columns))
    assert (len(kept.sends), problems) == (2, ())


def test_a_coordinator_may_forget_an_offset_but_write_none_below() -> None:
    kept, problems = sound(changed("offsets", offset=[-2, -1]))
    assert kept.offsets["offset"].to_list() == [-1]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"op": [0, 1, 3, 2]}, "column op does not number the rows of its table"),
        ({"process": [0, None, None, 0]}, "2 fields that every operation has are empty"),
        ({"complete_ns": [0, None, 0, 9**9]}, "operations: 2 complete before they are invoked"),
        ({"invoke_ns": [3, 2, 5, 6]}, "operations: they are not in order of invocation"),
    ],
)
def test_operations_that_contradict_the_format_are_told(
    columns: dict[str, list[object]], said: str
) -> None:
    kept, problems = sound(changed("operations", **columns))
    assert len(problems) == 1
    assert said in problems[0]
    assert kept.operations["op"].to_list() == [0, 1, 2, 3]
    assert kept.operations.drop("complete_ns").null_count().sum_horizontal().item() == 0


def test_an_operation_that_ends_when_it_begins_is_sound() -> None:
    build = HistoryBuilder()
    build.poll("c", [], invoke_ns=7, complete_ns=7)
    assert sound(build.history())[1] == ()


def test_an_empty_field_becomes_what_proves_least() -> None:
    columns: dict[str, list[object]] = {
        "process": [None, 1, 1, 2],
        "f": [None, "send", "poll", "drain"],
        "invoke_ns": [None, 4, 5, 6],
        "outcome": [None, "ok", "ok", "ok"],
        "error": [None, 0, 0, 0],
    }
    kept, _ = sound(changed("operations", **columns))
    first = kept.operations.row(0, named=True)
    wanted = {"process": -1, "f": "commit", "invoke_ns": 0, "outcome": "info", "error": 0}
    assert {name: first[name] for name in wanted} == wanted


def test_rows_out_of_order_are_put_in_order() -> None:
    kept, problems = sound(changed("sends", op=[1, 0]))
    assert kept.sends["value"].to_list() == [2, 1]
    assert problems == ("sends: rows are not in order of their operations",)


def test_a_value_that_was_sent_twice_is_nobodys() -> None:
    _, problems = sound(changed("sends", value=[5, 5]))
    assert problems == ("sends: 1 values were sent before, so that they cannot be distinguished",)
