"""A tail: every row is seen once, when it is there, and one that never comes holds up nobody."""

import msgspec
import pytest

from harness.api import PipelineWorkload, Readers, Scenario, SourceTable, Writers
from harness.engine.validation import tails
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.workloads.pipeline.tailing import WINDOW, Tail


class Table:
    """A table of a database, as far as a tail asks for it."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []

    def version(self, table: str, key: int) -> int:
        raise NotImplementedError

    def between(self, table: str, first: int, last: int) -> list[tuple[int, int]]:
        assert table == "orders"
        return [(key, version) for key, version in self.rows if first <= key <= last]

    def close(self) -> None:
        pass


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def tail(table: Table) -> Tail:
    return Tail(table, [("orders", 0)])


def test_a_row_is_seen_once_also_when_it_stands_there_twice(table: Table, tail: Tail) -> None:
    table.rows = [(0, 10), (1, 11), (1, 11)]
    assert tail.look() == [("orders", 0, 10), ("orders", 1, 11)]
    assert tail.look() == []


def test_a_row_that_others_overtook_is_seen_when_it_comes(table: Table, tail: Tail) -> None:
    table.rows = [(0, 10), (2, 12)]
    assert tail.look() == [("orders", 0, 10), ("orders", 2, 12)]
    table.rows.append((1, 11))
    assert tail.look() == [("orders", 1, 11)]


def test_a_row_that_never_comes_holds_up_nobody(table: Table, tail: Tail) -> None:
    table.rows = [(key, key) for key in range(1, 4 * WINDOW)]
    looks = [tail.look() for _ in range(8)]
    assert [row[1] for look in looks for row in look] == list(range(1, 4 * WINDOW))


GROWING = PipelineWorkload(
    tables=(SourceTable(name="orders"),),
    writers=(Writers(tables=("orders",), mix={"insert": 1}, keys_rise=True),),
    paths=(
        Path(name="main", feed=Feed(kind="debezium"), copies=(Copy(kind="jdbc", name="sink"),)),
    ),
    readers=(Readers(copy="sink", tail=True),),
)


def test_what_only_grows_has_a_tail() -> None:
    assert problems(GROWING) == []


@pytest.mark.parametrize(
    ("writers", "copy"),
    [
        (Writers(tables=("orders",), mix={"insert": 1}), "sink"),
        (Writers(tables=("orders",), mix={"insert": 1, "update": 1}, keys_rise=True), "sink"),
        (GROWING.writers[0], "cache"),
    ],
)
def test_what_changes_has_none(writers: Writers, copy: str) -> None:
    workload = msgspec.structs.replace(
        GROWING, writers=(writers,), readers=(Readers(copy=copy, tail=True),)
    )
    assert all("tail" in problem for problem in problems(workload))
    assert problems(workload)


def problems(workload: PipelineWorkload) -> list[str]:
    return list(tails.problems(Scenario(name="made", about="a test", workload=workload)))
