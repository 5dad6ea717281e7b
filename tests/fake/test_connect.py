"""Connect in memory: rows come through it, whatever becomes of its workers."""

import datetime
from decimal import Decimal

import pytest

from harness.backends.fake.data.rows import Row
from harness.kit.errors import WaitTimeout
from harness.kit.http import HttpError
from harness.model.value import Settings
from tests.fake.small_connect import FEED, SINK, SmallConnect

PLAIN: Settings = {"exactly.once.source.support": "disabled"}


def running() -> SmallConnect:
    """Five rows have come through a feed and a sink."""
    small = SmallConnect()
    for key in range(5):
        small.put(key, key)
    small.start("feed", FEED)
    small.start("sink", SINK)
    small.pause(1)
    return small


def test_a_snapshot_and_changes_of_every_kind_arrive() -> None:
    small = running()
    table = small.database.table("src", "orders")
    moment = datetime.datetime(2024, 2, 29, 12, 30, 15, 123_456)  # noqa: DTZ001 - as tables have it
    row: Row = {
        "id": 9,
        "version": 1,
        "amount": Decimal("-1.25"),
        "note": "{}",
        "placed_at": moment,
    }
    small.change(lambda at: at.insert(table, row))
    small.put(1, 11)
    small.remove(2)
    small.pause(1)
    assert small.rows("dst") == small.rows("src")
    assert [each["id"] for each in small.rows("dst")] == [0, 1, 3, 4, 9]


def test_tasks_of_a_worker_that_dies_go_to_another_and_repeat_nothing() -> None:
    small = running()
    worker = small.connect.worker_of("feed")
    small.put(1, 11)
    small.cluster.processes[worker].kill()
    small.put(1, 12)
    small.pause(6)
    assert small.connect.worker_of("feed") != worker
    assert small.rows("dst") == small.rows("src")
    assert small.records() == 5 + 2


def test_without_transactions_a_new_task_sends_again_what_came_since_the_last_flush() -> None:
    small = SmallConnect(PLAIN)
    small.start("feed", FEED)
    small.put(1, 11)
    small.pause(1)
    small.cluster.processes[small.connect.worker_of("feed")].kill()
    small.pause(6)
    assert small.records() == 2


def test_a_restart_in_good_order_repeats_nothing() -> None:
    small = SmallConnect(PLAIN)
    small.start("feed", FEED)
    small.put(1, 11)
    small.pause(1)
    changes = small.records(small.connect.status_topic)
    small.connect.restart_task("feed")
    small.pause(2)
    assert small.records() == 1
    assert small.records(small.connect.status_topic) > changes


def test_a_worker_that_comes_back_takes_its_share() -> None:
    small = running()
    worker = small.connect.worker_of("feed")
    small.cluster.processes[worker].kill()
    small.pause(6)
    small.cluster.processes[worker].start()
    assert small.cluster.processes[worker].missing is not None
    small.pause(5)
    assert small.cluster.processes[worker].missing is None
    assert {small.connect.worker_of(name) for name in ("feed", "sink")} == {
        "connect-1",
        "connect-2",
    }


@pytest.mark.parametrize("seconds", [2, 5, 9])
@pytest.mark.parametrize("task", ["feed", "sink"])
def test_a_worker_that_was_frozen_is_in_nobody_s_way(task: str, seconds: int) -> None:
    small = running()
    process = small.cluster.processes[small.connect.worker_of(task)]
    small.put(1, 11)
    process.pause()
    small.put(1, 12)
    small.pause(seconds)
    process.resume()
    small.put(2, 13)
    small.pause(10)
    assert small.rows("dst") == small.rows("src")
    assert small.records() == 5 + 3


def test_while_no_worker_answers_nor_does_connect() -> None:
    small = running()
    for worker in ("connect-1", "connect-2"):
        small.cluster.processes[worker].pause()
    with pytest.raises(WaitTimeout):
        small.connect.status("feed")


def test_a_source_that_loses_its_database_goes_on_by_itself() -> None:
    small = running()
    small.cluster.links.cut("connect", "mysql")
    small.put(1, 11)
    small.pause(2)
    small.cluster.links.mend("connect", "mysql")
    small.pause(3)
    assert small.rows("dst") == small.rows("src")


def test_a_sink_that_loses_its_database_fails_until_it_is_restarted() -> None:
    small = running()
    small.put(1, 11)
    while small.records() < 6:
        small.pause(0.01)
    small.connect.pause("sink")
    small.put(1, 12)
    small.pause(1)
    small.cluster.links.cut("connect", "mysql")
    small.connect.resume("sink")
    small.pause(1)
    (task,) = small.connect.status("sink")["tasks"]
    assert (task["state"], "SQLException" in task["trace"]) == ("FAILED", True)
    small.cluster.links.mend("connect", "mysql")
    small.connect.restart("sink", only_failed=True)
    small.pause(8)
    assert small.rows("dst") == small.rows("src")


def test_a_stopped_sink_says_where_it_is_and_forgets_it() -> None:
    small = running()
    small.connect.stop("sink")
    assert sum(each["offset"]["kafka_offset"] for each in small.connect.offsets("sink")) >= 5
    small.connect.reset_offsets("sink")
    assert small.connect.offsets("sink") == []
    with pytest.raises(HttpError):
        small.connect.reset_offsets("feed")


def test_a_paused_connector_idles() -> None:
    small = running()
    small.connect.pause("sink")
    small.put(1, 11)
    small.pause(1)
    assert small.rows("dst") != small.rows("src")
    small.connect.resume("sink")
    small.pause(1)
    assert small.rows("dst") == small.rows("src")
