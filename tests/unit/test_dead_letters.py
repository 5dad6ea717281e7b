"""Dead letters: whose settings ask for them, what a queue holds, where its sink stood."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.kit.waits import Deadline
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics import dead_letters
from tests.unit.test_kit import ManualClock

NAMING = Naming.of("run")
PATH = Path(name="main", feed=Feed(kind="debezium"))
TOPIC = NAMING.topic(PATH, "orders")
QUEUE: Settings = {"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dead"}


def copy(settings: Settings) -> Copy:
    return Copy(kind="jdbc", name="sink", settings=settings)


def letter(topic: str, partition: int, offset: int) -> object:
    named = {"topic": topic, "partition": str(partition), "offset": str(offset)}
    headers = [(f"__connect.errors.{name}", value.encode()) for name, value in named.items()]
    return SimpleNamespace(error=lambda: None, offset=lambda: 0, headers=lambda: headers)


class Consumer:
    """Hands out everything at once, then the end."""

    def __init__(self, records: Sequence[object]) -> None:
        self._polls = [records]

    def assign(self, _partitions: object) -> None: ...

    def consume(self, _count: int, _timeout_s: float) -> Sequence[object]:
        if self._polls:
            return self._polls.pop()
        return [SimpleNamespace(error=lambda: "end", offset=lambda: 2)]

    def close(self) -> None: ...


class Connect:
    """A sink whose tasks take a moment to end."""

    def __init__(self) -> None:
        self.states = [["STOPPED", "RUNNING"], ["STOPPED"]]
        self.stopped: list[str] = []

    def stop(self, connector: str) -> None:
        self.stopped.append(connector)

    def status(self, _connector: str) -> dict[str, Any]:
        connector, *tasks = self.states.pop(0)
        return {"connector": {"state": connector}, "tasks": [{"state": each} for each in tasks]}

    def offsets(self, _connector: str) -> list[dict[str, Any]]:
        assert not self.states, "its tasks have not ended"
        return [
            {
                "partition": {"kafka_topic": TOPIC, "kafka_partition": number},
                "offset": {"kafka_offset": 10 * number},
            }
            for number in (0, 1)
        ]


def stack(*records: object) -> Stack:
    kafka = SimpleNamespace(
        consumer=lambda _settings: Consumer(records), watermarks=lambda _topic, _partition: (0, 2)
    )
    return cast("Stack", SimpleNamespace(connect=Connect(), kafka=kafka))


def standings(of: Copy, stack: Stack) -> list[tuple[str, int, tuple[int, ...]]]:
    found = dead_letters.standings(
        PATH,
        of,
        NAMING,
        {TOPIC: "main/orders"},
        stack=stack,
        deadline=Deadline(10, ManualClock()),
    )
    return [(each.log, each.position, each.letters) for each in found]


def test_a_sink_stands_where_its_tasks_ended_and_letters_say_what_they_were() -> None:
    found = standings(copy(QUEUE), stack(letter(TOPIC, 1, 7), letter(TOPIC, 1, 3)))
    assert found == [("main/orders-0", 0, ()), ("main/orders-1", 10, (3, 7))]


def test_without_a_queue_there_are_no_letters() -> None:
    assert standings(copy({"errors.tolerance": "all"}), stack()) == [
        ("main/orders-0", 0, ()),
        ("main/orders-1", 10, ()),
    ]


@pytest.mark.parametrize(
    ("settings", "queue"),
    [
        (QUEUE, "run.main.dead"),
        ({**QUEUE, "errors.deadletterqueue.topic.name": ""}, None),
        ({}, None),
    ],
)
def test_a_queue_carries_the_name_of_its_run(settings: Settings, queue: str | None) -> None:
    assert dead_letters.queue_of(PATH, copy(settings), NAMING) == queue
    told = dead_letters.queue_settings(PATH, copy(settings), NAMING, 3)
    assert told.get(dead_letters.QUEUE) == queue


def test_only_a_sink_that_tolerates_errors_is_asked() -> None:
    assert dead_letters.accounted(copy(QUEUE))
    assert not dead_letters.accounted(copy({}))
