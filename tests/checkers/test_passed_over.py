"""Of a hop that had not finished: what it has passed over is lost, what may still come is not."""

from collections.abc import Iterable

import msgspec
import pytest

from harness.history.journal import END_MARK
from harness.history.tables import SEQUENCE_BITS
from harness.model.facts import Facts, LogEnd, Standing
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.scenario import Scenario
from harness.model.value import Settings
from harness.model.verdict import Finding, Validity, Verdict
from tests.checkers.flows import (
    CACHE,
    JDBC,
    SINK,
    SINK_HOP,
    SOURCE,
    TOPICS,
    Run,
    blamed,
    everything_read,
    feed,
    pipeline,
)

DEBEZIUM = feed()
TIMED = feed("polling", mode="timestamp+incrementing")
BY_KEY = feed("jdbc", mode="incrementing")
PROGRAM = Feed(kind="program")
FIRST, SECOND = "orders-0", "orders-1"
ALIKE = ("capture",)


def unfinished(run: Run) -> Run:
    """`run`, of which no end mark has come out of anything."""
    process = run.flow.build.process(END_MARK, client="writer")
    run.flow.commit(("orders", 900, process << SEQUENCE_BITS))
    run.flow.rows(SOURCE, run.flow.state())
    return run


def sent(run: Run, log: str, changes: Iterable[int], kind: str | None = None) -> None:
    """Events of the changes with these numbers, at the end of `log`."""
    op = run.flow.drain(TOPICS)
    for change in changes:
        run.flow.event(TOPICS, log, run.flow.changes[change], kind, op=op)  # type: ignore[arg-type]


def judged(run: Run, by: Feed = DEBEZIUM, facts: Facts | None = None) -> Verdict:
    """The verdict on a path without copies."""
    return run.verdict(pipeline(feed=by, copies=(), claims=ALIKE), facts)


def certain(verdict: Verdict, kind: str) -> int:
    """How many of a kind count."""
    return sum(each.count for each in verdict.findings if each.kind == kind and each.counts)


def inserts(count: int) -> Run:
    """Rows 0 to `count`, each inserted by a transaction of its own."""
    run = Run()
    for key in range(count):
        run.put(key)
    return run


def test_what_stands_before_something_later_is_lost_however_far_the_rest_has_come() -> None:
    run = inserts(40)
    sent(run, FIRST, [*range(10), *range(13, 30)])
    verdict = judged(unfinished(run))
    assert verdict.validity is Validity.INVALID
    # Rows 30 to 39, and the mark, may still come.
    assert certain(verdict, "missed-change") == 3
    told = next(each for each in verdict.findings if each.kind == "missed-change")
    assert {key for example in told.examples for key in example.keys} == {10, 11, 12}


def unproved(verdict: Verdict) -> Finding:
    """The finding of a run that shows something missing and cannot prove it."""
    assert verdict.validity is Validity.UNKNOWN
    (found,) = (each for each in verdict.findings if each.kind == "missed-change")
    assert not found.counts
    return found


def test_what_comes_behind_all_that_has_come_may_be_late() -> None:
    run = inserts(40)
    sent(run, FIRST, range(30))
    assert unproved(judged(unfinished(run))).count == 11


def test_another_partition_may_be_behind() -> None:
    run = inserts(2)
    for key in (0, 1):
        run.put(key)  # changes 2 and 3
    sent(run, FIRST, [0, 2])
    sent(run, SECOND, [1])
    verdict = judged(unfinished(run))
    assert unproved(verdict).count == 2
    sent(run, SECOND, [3])
    assert certain(judged(unfinished(run)), "missed-change") == 0


@pytest.mark.parametrize(("came", "lost"), [([1, 6], 1), ([1], 0)])
def test_a_row_of_no_known_partition_is_lost_when_all_have_passed_it(
    came: list[int], lost: int
) -> None:
    run = inserts(7)
    sent(run, FIRST, [0, 2, 4, 5])
    sent(run, SECOND, came)  # change 3 is in neither
    assert certain(judged(unfinished(run)), "missed-change") == lost


MARK = 901


def mark_seen(
    *, by: Feed = DEBEZIUM, kind: str | None = None, place: str = TOPICS, read: str | None = None
) -> int:
    """How many changes of table `items` are lost, of which nothing came, and whose marks did not.

    A mark of `orders`, written after them, was seen in a place that is read for `read` records.
    """
    run = Run()
    for key in range(3):
        run.flow.commit(("items", key, run.flow.write("writer-0", ("items", key))))
    process = run.flow.build.process(END_MARK, client="writer")
    for number, table in enumerate(("orders", "items")):
        run.flow.commit((table, MARK, (process << SEQUENCE_BITS) + number))
    run.flow.rows(SOURCE, run.flow.state())
    sent(run, FIRST, [3], kind)
    run.flow.read("reader", place, ("orders", MARK), process << SEQUENCE_BITS)
    settings: Settings = {} if read is None else {"isolation.level": read}
    sink = Copy(kind="jdbc", name="sink", settings=settings)
    scenario = pipeline(feed=by, copies=(sink,), claims=ALIKE)
    return certain(run.verdict(scenario), "missed-change")


def test_a_mark_that_was_seen_shows_what_came_before_it_of_every_table() -> None:
    assert mark_seen() == 3  # and not the mark of `items`, which was committed after it
    assert mark_seen(place=SINK, read="read_committed") == 3


def test_only_what_is_sent_in_transactions_and_in_order_is_shown_by_a_mark() -> None:
    assert mark_seen(kind="snapshot") == 0
    assert mark_seen(by=feed("debezium", **{"exactly.once.support": "requested"})) == 3
    assert mark_seen(by=TIMED) == 0
    assert mark_seen(by=feed("binlog")) == 0
    assert mark_seen(place=SINK, read="read_uncommitted") == 0
    assert mark_seen(place=CACHE) == 0


@pytest.mark.parametrize(("partitions", "lost"), [(2, 1), (3, 0)])
def test_a_partition_that_is_empty_may_be_the_one_that_is_behind(
    partitions: int, lost: int
) -> None:
    run = inserts(6)
    sent(run, FIRST, [0, 1, 5])
    sent(run, SECOND, [2, 4])  # change 3 is in neither
    ends = [
        LogEnd(log=f"main/orders-{number}", start=0, end=0, read_to=0)
        for number in range(partitions)
    ]
    read = everything_read(pipeline(copies=()))
    verdict = judged(unfinished(run), facts=msgspec.structs.replace(read, logs=tuple(ends)))
    assert certain(verdict, "missed-change") == lost


def test_a_snapshot_shows_rows_in_any_order() -> None:
    run = inserts(4)
    sent(run, FIRST, [3, 0, 1], "snapshot")
    assert unproved(judged(unfinished(run))).count == 2


def test_a_snapshot_that_streamed_changes_follow_is_over() -> None:
    run = inserts(4)
    sent(run, FIRST, [0, 2], "snapshot")
    sent(run, FIRST, [3])
    assert certain(judged(unfinished(run)), "missed-change") == 1


def test_a_snapshot_between_streamed_changes_may_still_go_on() -> None:
    run = inserts(5)
    sent(run, FIRST, [0], "snapshot")
    sent(run, FIRST, [3])
    sent(run, FIRST, [2], "snapshot")
    sent(run, FIRST, [4])
    assert unproved(judged(unfinished(run))).count == 2


def test_a_feed_that_goes_over_its_changes_again_may_still_come_to_it() -> None:
    by = feed("binlog", exactly_once_support="disabled", enable_idempotence=True)
    run = inserts(5)
    sent(run, FIRST, [0, 1, 3, 0, 1])
    assert unproved(judged(unfinished(run), by)).count == 3  # changes 2 and 4, and the mark
    sent(run, FIRST, [4])
    assert certain(judged(unfinished(run), by), "missed-change") == 1


REORDERS = feed("binlog", enable_idempotence=False, max_in_flight_requests_per_connection=5)


@pytest.mark.parametrize("by", [PROGRAM, REORDERS, feed("jdbc", mode="bulk")])
def test_where_no_order_holds_nothing_is_passed(by: Feed) -> None:
    run = inserts(5)
    sent(run, FIRST, [0, 1, 3])
    assert certain(judged(unfinished(run), by), "missed-change") == 0


@pytest.mark.parametrize("overlap", [False, True])
def test_a_feed_that_polls_by_time_has_passed_what_was_acknowledged_before(
    *, overlap: bool
) -> None:
    run = Run()
    write = run.flow.write
    first = write("writer", ("orders", 1), invoke_ns=100, complete_ns=200)
    other = write("writer", ("orders", 2), invoke_ns=150 if overlap else 300, complete_ns=400)
    run.flow.commit(("orders", 1, first))
    run.flow.commit(("orders", 2, other))
    sent(run, FIRST, [1])
    assert certain(judged(unfinished(run), TIMED), "missed-change") == (0 if overlap else 1)


def test_a_feed_that_polls_by_key_has_passed_lower_keys() -> None:
    run = Run()
    for key in (5, 3, 7):
        run.put(key)
    sent(run, FIRST, [1, 0], "update")
    assert certain(judged(unfinished(run), BY_KEY), "missed-change") == 0
    sent(run, FIRST, [2], "update")
    run.put(4)  # it commits late
    assert certain(judged(unfinished(run), BY_KEY), "missed-change") == 1


def test_a_torn_transaction_counts_when_its_other_part_was_passed() -> None:
    run = Run()
    run.put(1, 2)
    run.put(3)
    sent(run, FIRST, [0])
    verdict = judged(unfinished(run))
    assert certain(verdict, "torn-transaction") == 0
    sent(run, FIRST, [2])
    assert certain(judged(unfinished(run)), "torn-transaction") == 1


def test_a_tombstone_would_stand_right_behind_its_delete() -> None:
    run = Run()
    run.put(1, 2)
    run.drop(1)
    sent(run, FIRST, [0, 1, 2])
    assert certain(judged(unfinished(run)), "missing-tombstone") == 0
    run.put(3)
    sent(run, FIRST, [3])
    assert certain(judged(unfinished(run)), "missing-tombstone") == 1


SINK_ALONE = pipeline(copies=(JDBC,), claims=("convergence",))


def stood(position: int, scenario: Scenario = SINK_ALONE) -> Facts:
    """Facts of a run in which the sink had committed that offset."""
    standing = Standing(place=SINK, log=FIRST, position=position)
    return msgspec.structs.replace(everything_read(scenario), standings=(standing,))


@pytest.mark.parametrize(("position", "lost"), [(0, 0), (1, 0), (2, 1), (3, 1)])
def test_what_a_sink_has_committed_it_has_passed(position: int, lost: int) -> None:
    run = inserts(3)
    sent(run, FIRST, range(3))
    unfinished(run)
    run.flow.rows(SINK, {("orders", 0): run.flow.changes[0].version})  # row 1 stands at offset 1
    verdict = run.verdict(SINK_ALONE, stood(position))
    # Row 2, at offset 2, is missing as well.
    assert certain(verdict, "missing-row") == lost + (position > 2)
    assert verdict.validity is (Validity.INVALID if lost else Validity.UNKNOWN)


def test_what_comes_again_may_still_be_right() -> None:
    run = inserts(1)
    run.put(0)
    sent(run, FIRST, range(2))
    unfinished(run)
    run.flow.rows(SINK, {("orders", 0): run.flow.changes[0].version})
    assert certain(run.verdict(SINK_ALONE, stood(1)), "stale-row") == 0
    assert certain(run.verdict(SINK_ALONE, stood(2)), "stale-row") == 1


def test_only_the_hop_that_is_certain_is_counted() -> None:
    other = Path(name="other", feed=DEBEZIUM, copies=(Copy(kind="jdbc", name="sink"),))
    scenario = pipeline(copies=(JDBC,), claims=("convergence",), more=(other,))
    run = inserts(2)
    sent(run, FIRST, range(2))
    op = run.flow.drain("other/topics")
    for change in run.flow.changes:
        run.flow.event("other/topics", "items-0", change, op=op)
    unfinished(run)
    run.flow.rows(SINK, {})
    run.flow.rows("other/sink", {})
    verdict = run.verdict(scenario, stood(2, scenario))
    assert blamed(verdict)["missing-row"] == {SINK_HOP: 2}


def test_an_event_without_a_place_takes_the_feed_nowhere() -> None:
    run = inserts(3)
    sent(run, FIRST, [0, 2])
    sent(run, FIRST, [2], "tombstone")
    assert certain(judged(unfinished(run)), "missed-change") == 1


def test_a_feed_that_sends_an_earlier_change_again_goes_on_from_there() -> None:
    by = feed("binlog", exactly_once_support="disabled", enable_idempotence=True)
    run = inserts(4)
    sent(run, FIRST, [0, 3, 0])
    assert certain(judged(unfinished(run), by), "missed-change") == 0
    sent(run, FIRST, [2])
    assert certain(judged(unfinished(run), by), "missed-change") == 1


def test_each_table_has_partitions_of_its_own() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    run.put(3, table="items")
    run.put(4, table="items")
    run.put(5)
    sent(run, FIRST, [0, 4])
    sent(run, "items-0", [2])
    verdict = judged(unfinished(run))
    # Row 4 of `items` may still come; row 2 of `orders` will not.
    told = next(each for each in verdict.findings if each.kind == "missed-change" and each.counts)
    assert [each.keys for each in told.examples] == [(2,)]


def test_the_row_itself_says_in_which_partition_it_has_been_passed() -> None:
    run = inserts(4)
    run.put(0)  # change 4
    run.put(3)  # change 5
    run.put(1)  # change 6
    sent(run, FIRST, [0, 2])
    sent(run, SECOND, [1, 3, 6])
    verdict = judged(unfinished(run))
    # Row 3 is of the second partition, which has come to change 6; row 0 is of the first.
    told = next(each for each in verdict.findings if each.kind == "missed-change" and each.counts)
    assert [each.keys for each in told.examples] == [(3,)]
