"""End to end, as readers measured it, on histories whose numbers can be told by looking."""

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts
from harness.model.scenario import Scenario
from tests.checkers.flows import SINK, Run, pipeline
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
