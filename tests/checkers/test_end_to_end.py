"""End to end, as readers measured it, on histories whose numbers can be told by looking."""

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.history.history import NOTHING
from harness.model.facts import Facts
from harness.model.scenario import Scenario
from tests.checkers.flows import CACHE, SINK, Run, pipeline
from tests.checkers.verdicts import scenario

MS = 1_000_000


def numbers(build: HistoryBuilder | Run, of: Scenario) -> dict[str, float]:
    history = build.history() if isinstance(build, HistoryBuilder) else build.flow.history()
    verdict = judge(history, Facts(), of)
    return next(each.statistics for each in verdict.checkers if each.checker == "end-to-end")


def test_a_record_arrives_when_a_consumer_is_first_handed_it() -> None:
    build = HistoryBuilder()
    build.send("p", 0, invoke_ns=0, complete_ns=5 * MS)
    build.poll("c", [("orders-0", 0, 0)], invoke_ns=1 * MS, complete_ns=10 * MS)
    build.send("p", 1, invoke_ns=100 * MS, complete_ns=105 * MS)
    build.send("p", 2, invoke_ns=200 * MS, complete_ns=205 * MS)
    build.poll(
        "c", [("orders-0", 1, 1), ("orders-0", 2, 2)], invoke_ns=300 * MS, complete_ns=510 * MS
    )
    build.poll("d", [("orders-0", 0, 0)], invoke_ns=600 * MS, complete_ns=700 * MS)
    seen = numbers(build, scenario())
    assert seen["arrived"] == 3
    assert (seen["end_to_end_ms_p50"], seen["end_to_end_ms_max"]) == (310, 410)
    assert seen["arrived_per_s"] == 6
    # From 100 on something was on its way, and nothing came before 510.
    assert seen["silence_ms_max"] == 410


def test_a_record_has_arrived_when_what_was_made_of_it_has() -> None:
    build = HistoryBuilder()
    build.process("worker", client="processor")
    build.send("p", 0, log="orders-0", offset=0, invoke_ns=0, complete_ns=5 * MS)
    build.poll("worker", [("orders-0", 0, 0)], invoke_ns=6 * MS, complete_ns=10 * MS)
    build.send("worker", 1, log="made-0", offset=0, invoke_ns=20 * MS, complete_ns=30 * MS)
    build.made(1, origin=0)
    build.poll("c", [("made-0", 0, 1)], invoke_ns=35 * MS, complete_ns=40 * MS)
    seen = numbers(build, scenario())
    assert (seen["arrived"], seen["end_to_end_ms_max"]) == (1, 40)


def test_the_final_read_is_no_arrival() -> None:
    build = HistoryBuilder()
    build.send("p", 0, invoke_ns=0, complete_ns=5 * MS)
    build.drain("d", [("orders-0", 0, 0)])
    assert set(numbers(build, scenario())) == {"records"}


def test_a_change_arrives_when_a_reader_saw_it_or_a_later_one_of_its_row() -> None:
    run = Run()
    flow = run.flow
    first = flow.write("writer", ("orders", 7), invoke_ns=0, complete_ns=5 * MS)
    flow.commit(("orders", 7, first))
    second = flow.write("writer", ("orders", 7), invoke_ns=100 * MS, complete_ns=105 * MS)
    flow.commit(("orders", 7, second))
    other = flow.write("writer", ("orders", 8), invoke_ns=110 * MS, complete_ns=115 * MS)
    flow.commit(("orders", 8, other))
    flow.read("reader", SINK, ("orders", 7), second, invoke_ns=200 * MS, complete_ns=210 * MS)
    flow.read("reader", SINK, ("orders", 7), second, invoke_ns=300 * MS, complete_ns=310 * MS)
    seen = numbers(run, pipeline())
    # Row 8 was never seen; both versions of row 7 were there when the second was.
    assert seen["arrived"] == 2
    assert (seen["end_to_end_ms_max"], seen["arrived_per_s"]) == (210, 0)


def test_what_counts_was_acknowledged_or_has_arrived() -> None:
    build = HistoryBuilder()
    build.send("p", 0, log="orders-0", offset=0)
    build.send("p", 1, topic="orders", outcome="info")
    build.send("p", 2, topic="orders", outcome="info")
    build.send("p", 3, topic="orders", outcome="fail")
    build.send("p", 4, log="orders-0", offset=2)
    build.send("p", 5, log="unread-0", offset=0)
    build.poll("c", [("orders-0", 0, 0), ("orders-0", 1, 1)])
    seen = numbers(build, scenario())
    # Not the two without an answer that nobody saw, nor what no consumer reads.
    assert (seen["records"], seen["arrived"]) == (3, 2)


def test_what_is_made_in_two_steps_arrives_at_the_end_of_the_second() -> None:
    build = HistoryBuilder()
    for worker in ("first", "second"):
        build.process(worker, client="processor")
    build.send("p", 10, log="orders-0", offset=0, invoke_ns=1 * MS, complete_ns=2 * MS)
    build.send("p", 11, log="orders-0", offset=1, invoke_ns=1 * MS, complete_ns=2 * MS)
    build.poll("first", [("orders-0", 0, 10), ("orders-0", 1, 11)], invoke_ns=3 * MS)
    build.send("first", 20, log="made-0", offset=0, invoke_ns=5 * MS, complete_ns=6 * MS)
    build.made(20, origin=10)
    build.poll("second", [("made-0", 0, 20)], invoke_ns=7 * MS, complete_ns=8 * MS)
    build.send("second", 30, log="last-0", offset=0, invoke_ns=9 * MS, complete_ns=10 * MS)
    build.made(30, origin=20)
    build.poll("c", [("last-0", 0, 30)], invoke_ns=11 * MS, complete_ns=13 * MS)
    seen = numbers(build, scenario())
    assert (seen["records"], seen["arrived"], seen["end_to_end_ms_max"]) == (2, 1, 12)


def test_of_changes_those_count_whose_write_is_known() -> None:
    run = Run()
    flow = run.flow
    flow.commit(("orders", 1, 4711))
    written = flow.write("writer", ("orders", 2), invoke_ns=10 * MS, complete_ns=15 * MS)
    flow.commit(("orders", 2, written))
    flow.read("reader", SINK, ("orders", 1), 4711, invoke_ns=20 * MS, complete_ns=21 * MS)
    flow.read("reader", SINK, ("orders", 2), NOTHING, invoke_ns=20 * MS, complete_ns=22 * MS)
    flow.read("reader", SINK, ("orders", 2), written, invoke_ns=30 * MS, complete_ns=34 * MS)
    flow.read("reader", SINK, ("orders", 2), written, invoke_ns=33 * MS, complete_ns=33 * MS)
    seen = numbers(run, pipeline())
    assert (seen["records"], seen["arrived"], seen["end_to_end_ms_max"]) == (1, 1, 23)


def test_the_last_copy_that_has_readers_is_the_end() -> None:
    run = Run()
    flow = run.flow
    version = flow.write("writer", ("orders", 2), invoke_ns=10 * MS, complete_ns=15 * MS)
    flow.commit(("orders", 2, version))
    flow.read("reader", SINK, ("orders", 2), version, invoke_ns=20 * MS, complete_ns=21 * MS)
    flow.read("reader", CACHE, ("orders", 2), version, invoke_ns=30 * MS, complete_ns=31 * MS)
    assert numbers(run, pipeline())["end_to_end_ms_max"] == 21
