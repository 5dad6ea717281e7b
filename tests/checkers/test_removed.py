"""A partition that starts later than it did may have held what is missing: nobody missed that."""

import msgspec
import pytest

from harness.checkers.verdict.judge import judge
from harness.history.flow_build import Change
from harness.history.history import NOTHING
from harness.model.facts import Facts, LogEnd
from harness.model.pipeline.paths import Feed
from harness.model.verdict import Validity, Verdict
from tests.checkers.flows import (
    FEED,
    FEED_HOP,
    JDBC,
    SINK,
    SOURCE,
    TOPICS,
    Run,
    blamed,
    everything_read,
    pipeline,
)

LOG = "main/orders-0"
BY_SETTING = msgspec.structs.replace(FEED, topic_settings={"retention.ms": 1000})


def judged(
    came: list[int], *, start: int, feed: Feed = FEED, claims: tuple[str, ...] = ()
) -> Verdict:
    """Four inserts, of which the topic holds some, and starts somewhere."""
    run = Run()
    for key in range(4):
        run.put(key)
    op = run.flow.drain(TOPICS)
    for change in came:
        run.flow.event(TOPICS, LOG, run.flow.changes[change], op=op)
    run.flow.rows("mysql", run.flow.state())
    scenario = pipeline(feed=feed, copies=(), claims=claims)
    ends = (LogEnd(log=LOG, start=start, end=9, read_to=9),)
    facts: Facts = msgspec.structs.replace(everything_read(scenario), logs=ends)
    return judge(run.flow.history(), facts, scenario)


@pytest.mark.parametrize("start", [1, 2])
@pytest.mark.parametrize("feed", [FEED, Feed(kind="program")])
def test_what_may_have_been_removed_is_not_known(feed: Feed, start: int) -> None:
    verdict = judged([2, 3], start=start, feed=feed)
    assert verdict.validity is Validity.UNKNOWN
    assert not verdict.shows("missed-change")
    assert any(f"{LOG} starts at offset {start}" in why for why in verdict.unknowns)


@pytest.mark.parametrize(("came", "start"), [([2, 3], 0), ([1, 3], 1)])
def test_what_a_feed_in_order_would_have_sent_later_is_missed(came: list[int], start: int) -> None:
    verdict = judged(came, start=start)
    assert verdict.validity is Validity.INVALID
    assert verdict.shows("missed-change")


@pytest.mark.parametrize(
    ("claims", "validity"), [((), Validity.VALID), (("capture",), Validity.UNKNOWN)]
)
def test_who_asks_for_retention_loses_nothing_by_it(
    claims: tuple[str, ...], validity: Validity
) -> None:
    assert judged([3], start=3, feed=BY_SETTING, claims=claims).validity is validity


def test_a_row_of_a_source_without_any_change_was_never_there() -> None:
    run = Run()
    undone = run.flow.write("writer", ("orders", 2), outcome="fail")
    run.flow.events(TOPICS, LOG, [Change(table="orders", key=2, version=undone, before=NOTHING)])
    run.flow.rows(SOURCE, {})
    run.flow.rows(SINK, {("orders", 2): undone})
    found = blamed(run.verdict(pipeline(copies=(JDBC,))))
    assert found["extra-row"] == {FEED_HOP: 1}


def test_what_another_topic_has_lost_excuses_no_row_of_this_one() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    run.put(3, table="items")
    run.flow.build.log("other/orders-0")
    op = run.flow.drain(TOPICS)
    run.flow.event(TOPICS, LOG, run.flow.changes[0], op=op)
    for _ in range(4):
        run.flow.event(TOPICS, "main/items-0", run.flow.changes[2], op=op)
    run.flow.rows(SOURCE, run.flow.state())
    scenario = pipeline(copies=())
    ends = (
        LogEnd(log=LOG, start=0, end=1, read_to=1),
        LogEnd(log="main/items-0", start=3, end=4, read_to=4),
        LogEnd(log="other/orders-0", start=3, end=4, read_to=4),
        LogEnd(log="main/unknown-0", start=3, end=4, read_to=4),
    )
    facts = msgspec.structs.replace(everything_read(scenario), logs=ends)
    verdict = judge(run.flow.history(), facts, scenario)
    assert blamed(verdict)["missed-change"] == {FEED_HOP: 1}


def test_a_row_without_events_may_have_been_in_any_partition_of_its_table() -> None:
    run = Run()
    for key in range(4):
        run.put(key)
    op = run.flow.drain(TOPICS)
    for log, key in ((LOG, 0), ("main/orders-1", 3)):
        run.flow.event(TOPICS, log, run.flow.changes[key], op=op)
    run.flow.rows(SOURCE, run.flow.state())
    scenario = pipeline(copies=())
    ends = (
        LogEnd(log=LOG, start=0, end=1, read_to=1),
        LogEnd(log="main/orders-1", start=2, end=3, read_to=3),
    )
    facts = msgspec.structs.replace(everything_read(scenario), logs=ends)
    verdict = judge(run.flow.history(), facts, scenario)
    # Rows 1 and 2 come before what the second partition still has.
    assert not verdict.shows("missed-change")
    assert verdict.validity is Validity.UNKNOWN


def test_a_snapshot_owes_a_row_up_to_its_first_change_that_was_streamed() -> None:
    run = Run()
    run.put(2)
    run.put(1)
    run.put(1)
    op = run.flow.drain(TOPICS)
    run.flow.event(TOPICS, LOG, run.flow.changes[0], "snapshot", op=op)
    run.flow.event(TOPICS, LOG, run.flow.changes[2], op=op)
    run.flow.rows(SOURCE, run.flow.state())
    verdict = run.verdict(pipeline(copies=()))
    (missed,) = (each for each in verdict.findings if each.kind == "missed-change")
    assert [example.values for example in missed.examples] == [(1,)]
