"""Which offsets of copies are evidence of what they have applied."""

from types import SimpleNamespace
from typing import cast

from harness.model.facts import Standing
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.positions import positions

NAMING = Naming.of("run-1")
PATH = Path(name="main", feed=Feed(kind="debezium"))
TOPIC = NAMING.topic(PATH, "orders")


def found(copy: Copy, **committed: int | None) -> list[Standing]:
    """What is found of a copy when its group has committed an offset, or has no coordinator."""

    def ask(group: str) -> dict[tuple[str, int], int] | None:
        place = committed[group.replace("-", "_")]
        return None if place is None else {(TOPIC, 2): place, ("of-another-run", 0): 9}

    kafka = SimpleNamespace(group_views=SimpleNamespace(committed=ask))
    stack = cast("Stack", SimpleNamespace(kafka=kafka))
    return list(positions(PATH, copy, NAMING, {TOPIC: "main/orders"}, stack))


def test_a_sink_commits_by_the_group_that_connect_gives_it() -> None:
    sink = Copy(kind="jdbc", name="sink")
    (standing,) = found(sink, connect_run_1_main_sink=7)
    assert standing == Standing(place="main/sink", log="main/orders-2", position=7)


def test_a_copy_of_ours_commits_what_it_has_applied() -> None:
    (standing,) = found(Copy(kind="table", name="copy"), run_1_main_copy=5)
    assert standing.position == 5


def test_a_group_without_a_coordinator_says_nothing() -> None:
    assert found(Copy(kind="table", name="copy"), run_1_main_copy=None) == []


def test_a_group_of_ones_own_and_a_cache_are_not_asked() -> None:
    own = Copy(kind="jdbc", name="sink", settings={"consumer.override.group.id": "mine"})
    assert found(own) == []
    assert found(Copy(kind="redis", name="cache")) == []
