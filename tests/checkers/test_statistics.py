"""Numbers of a run, on histories whose numbers can be told by looking."""

import pytest

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.history.history import NOTHING
from harness.model.facts import Facts
from harness.model.pipeline.traffic import Readers
from harness.model.scenario import Scenario
from tests.checkers.flows import CACHE, SINK, Run, pipeline
from tests.checkers.verdicts import scenario

MS = 1_000_000


def numbers(build: HistoryBuilder | Run, of: Scenario | None = None) -> dict[str, float]:
    history = build.history() if isinstance(build, HistoryBuilder) else build.flow.history()
    verdict = judge(history, Facts(), of or scenario())
    return next(each.statistics for each in verdict.checkers if each.checker == "statistics")


def test_rates_and_latencies_of_acknowledged_sends() -> None:
    build = HistoryBuilder()
    for number in range(100):
        began = number * 10 * MS
        build.send("p", number, invoke_ns=began, complete_ns=began + (number + 1) * MS)
    build.send("p", 100, outcome="info", invoke_ns=1000 * MS, complete_ns=9000 * MS)
    seen = numbers(build)
    assert (seen["sends"], seen["acked"]) == (101, 100)
    assert seen["acked_per_s"] == round(100 / 1.09, 3)
    assert (seen["latency_ms_p50"], seen["latency_ms_p95"]) == (51, 96)
    assert (seen["latency_ms_p99"], seen["latency_ms_max"]) == (100, 100)


def test_unavailability_runs_while_something_is_outstanding() -> None:
    build = HistoryBuilder()
    build.send("p", 0, invoke_ns=0, complete_ns=10 * MS)
    # Idle until 100: nobody was waiting. Then 300 ms without an answer, and one that fails.
    build.send("p", 1, invoke_ns=100 * MS, complete_ns=400 * MS)
    build.send("p", 2, outcome="fail", invoke_ns=150 * MS, complete_ns=160 * MS)
    build.send("q", 3, outcome="info", invoke_ns=200 * MS, complete_ns=250 * MS)
    seen = numbers(build)
    assert seen["unavailable_ms_max[p]"] == 300
    assert seen["unavailable_ms_max[q]"] == 50


def test_unavailability_goes_on_over_failures() -> None:
    build = HistoryBuilder()
    build.send("p", 0, invoke_ns=0, complete_ns=20 * MS)
    build.send("p", 1, outcome="info", invoke_ns=10 * MS, complete_ns=None)
    build.send("p", 2, outcome="fail", invoke_ns=30 * MS, complete_ns=70 * MS)
    assert numbers(build)["unavailable_ms_max[p]"] == 50


def test_throughput_of_polls_leaves_the_final_read_out() -> None:
    build = HistoryBuilder()
    build.poll("c", [("orders-0", 0, 0), ("orders-0", 1, 1)], invoke_ns=0, complete_ns=10 * MS)
    build.poll("c", [("orders-0", 2, 2)], invoke_ns=400 * MS, complete_ns=500 * MS)
    build.drain("d", [("orders-0", 0, 0)])
    seen = numbers(build)
    assert (seen["polled"], seen["polled_per_s"]) == (3, 6)


def test_lag_is_the_time_since_a_higher_offset_was_known() -> None:
    build = HistoryBuilder()
    build.send("p", 0, log="orders-0", offset=0, invoke_ns=0, complete_ns=1 * MS)
    build.poll("c", [("orders-0", 0, 0)], invoke_ns=2 * MS, complete_ns=2 * MS)
    build.send("p", 1, log="orders-0", offset=1, invoke_ns=2 * MS, complete_ns=3 * MS)
    build.poll("c", [], invoke_ns=40 * MS, complete_ns=50 * MS)
    build.poll("c", [("orders-0", 1, 1)], invoke_ns=60 * MS, complete_ns=61 * MS)
    assert numbers(build)["realtime_lag_ms_max"] == 37


def test_what_lies_before_a_known_offset_is_known_as_well() -> None:
    build = HistoryBuilder()
    build.send("p", 0, log="orders-0", offset=0, invoke_ns=0, complete_ns=1 * MS)
    build.poll("c", [("orders-0", 0, 0)], invoke_ns=2 * MS, complete_ns=2 * MS)
    build.send("p", 2, log="orders-0", offset=2, invoke_ns=2 * MS, complete_ns=3 * MS)
    build.send("q", 1, log="orders-0", offset=1, invoke_ns=2 * MS, complete_ns=30 * MS)
    build.poll("c", [], invoke_ns=40 * MS, complete_ns=50 * MS)
    assert numbers(build)["realtime_lag_ms_max"] == 37


def test_lag_of_an_assigned_log_counts_from_its_beginning() -> None:
    build = HistoryBuilder()
    build.send("p", 0, log="orders-0", offset=0, invoke_ns=0, complete_ns=1 * MS)
    build.assign("c", ["orders-0"], invoke_ns=2 * MS, complete_ns=2 * MS)
    build.poll("c", [], invoke_ns=5 * MS, complete_ns=6 * MS)
    assert numbers(build)["realtime_lag_ms_max"] == 4
    build.subscribe("c", invoke_ns=7 * MS, complete_ns=7 * MS)
    build.poll("c", [], invoke_ns=90 * MS, complete_ns=91 * MS)
    assert numbers(build)["realtime_lag_ms_max"] == 4


def test_consumption_counts_from_the_subscribe_on() -> None:
    build = HistoryBuilder()
    build.poll("c", [("orders-0", 0, 0)])
    build.subscribe("c")
    for _ in range(3):
        build.poll("c", [("orders-0", 0, 0), ("orders-0", 1, 1)][: 1 + _ % 2])
    build.poll("other", [("orders-0", 0, 0), ("orders-0", 0, 0)])
    seen = numbers(build)
    assert (seen["consumed_again"], seen["consume_count_max"]) == (1, 3)


def test_an_empty_history_has_numbers_too() -> None:
    assert numbers(HistoryBuilder()) == {
        "sends": 0,
        "acked": 0,
        "failed": 0,
        "polled": 0,
        "consumed_again": 0,
        "consume_count_max": 0,
        "realtime_lag_ms_max": 0,
    }


def test_a_pipeline_counts_writes_and_what_came_of_them() -> None:
    run = Run()
    first = run.put(1, 2)
    run.put(3)
    run.drop(2)
    run.flow.write("writer", ("orders", 4), outcome="fail")
    run.flow.write("writer", ("orders", 5), outcome="info", complete_ns=None)
    run.captured()
    run.copied(SINK)
    run.flow.read("reader", CACHE, ("orders", 1), first)
    run.flow.read("reader", CACHE, ("orders", 9), NOTHING)
    seen = numbers(run, pipeline(readers=(Readers(copy="cache"),)))
    asked = {name: seen[name] for name in ("writes", "acked", "failed", "changes")}
    assert asked == {"writes": 5, "acked": 3, "failed": 1, "changes": 4}
    # A delete has a tombstone behind it; rows of the source are no copy's.
    assert (seen["events"], seen["rows"], seen["sightings"]) == (5, 2, 2)
    assert seen["unavailable_ms_max[writer]"] > 0
    assert not {"sends", "polled", "realtime_lag_ms_max"} & set(seen)


def test_a_pipeline_without_readers_and_copies_counts_none() -> None:
    run = Run()
    run.put(1)
    run.captured()
    seen = numbers(run, pipeline(copies=()))
    assert seen["events"] == 1
    assert not {"rows", "sightings"} & set(seen)


@pytest.mark.parametrize(
    ("changes", "lag_ms"),
    [
        ([("assign", ["orders-0"])], 37),  # It keeps its position, at offset 0.
        ([("assign", ["orders-0", "orders-1"]), ("assign", ["orders-1", "orders-0"])], 37),
        ([("subscribe", []), ("assign", ["orders-0"])], 39),  # Both offsets are ahead.
        ([("assign", ["orders-1"]), ("assign", ["orders-0"])], 39),
        ([("assign", ["orders-1"])], 0),
        ([("subscribe", [])], 0),
    ],
)
@pytest.mark.parametrize("assigned", [True, False])
def test_a_position_is_kept_by_an_assign_that_names_its_log(
    changes: list[tuple[str, list[str]]], lag_ms: float, *, assigned: bool
) -> None:
    build = HistoryBuilder()
    build.poll("another", [])
    build.send("p", 9, log="noise-0", offset=5, invoke_ns=MS, complete_ns=MS)
    if assigned:
        build.assign("c", ["orders-0"], invoke_ns=MS, complete_ns=MS)
    build.send("p", 0, log="orders-0", offset=0, invoke_ns=MS, complete_ns=1 * MS)
    build.poll("c", [("orders-0", 0, 0)], invoke_ns=1 * MS, complete_ns=2 * MS)
    build.send("p", 1, log="orders-0", offset=1, invoke_ns=2 * MS, complete_ns=3 * MS)
    for at, (f, logs) in enumerate(changes):
        change = build.assign if f == "assign" else build.subscribe
        change("c", logs, invoke_ns=(4 + at) * MS, complete_ns=(4 + at) * MS)
    build.poll("c", [], invoke_ns=40 * MS, complete_ns=50 * MS)
    assert numbers(build)["realtime_lag_ms_max"] == lag_ms


def test_consumption_is_counted_per_process_and_only_of_ok_polls() -> None:
    build = HistoryBuilder()
    record = ("orders-0", 0, 0)
    for process in ("c", "d"):
        build.poll(process, [record, record, record, record])
        build.subscribe(process)
    build.subscribe("e", outcome="fail")
    for process, times in (("c", 2), ("d", 3), ("e", 9)):
        for _ in range(times):
            build.poll(process, [record])
    build.poll("c", [record, ("orders-0", 1, 1)], outcome="info")
    build.drain("c", [record, record, record])
    seen = numbers(build)
    assert (seen["consumed_again"], seen["consume_count_max"]) == (2, 3)


def test_transactions_are_counted_by_their_end() -> None:
    build = HistoryBuilder()
    build.txn("t", sends=[("orders-0", 0, 1)], invoke_ns=0, complete_ns=7 * MS)
    build.txn("t", sends=[("orders-0", 2, 2)], outcome="fail", invoke_ns=8 * MS)
    build.txn("t", sends=[("orders-0", 4, 3)], outcome="info", invoke_ns=20 * MS, complete_ns=None)
    build.txn("u", sends=[("orders-0", 5, 4)], outcome="info", invoke_ns=21 * MS)
    build.poll("c", [], invoke_ns=22 * MS, complete_ns=99 * MS)
    seen = numbers(build)
    names = ("transactions", "committed", "aborted", "transaction_ms_max")
    assert [seen[name] for name in names] == [4, 1, 1, 7]


def test_what_ok_polls_handed_out_is_counted_from_the_first_to_the_last() -> None:
    build = HistoryBuilder()
    build.poll("c", [("orders-0", 9, 9)], outcome="info", invoke_ns=0, complete_ns=1 * MS)
    build.poll("c", [("orders-0", 0, 0)], invoke_ns=100 * MS, complete_ns=200 * MS)
    build.poll("c", [("orders-0", 1, 1)], invoke_ns=300 * MS, complete_ns=500 * MS)
    build.poll("c", [], invoke_ns=800 * MS, complete_ns=900 * MS)
    assert (numbers(build)["polled"], numbers(build)["polled_per_s"]) == (2, 5)


def test_a_rate_over_no_time_is_none() -> None:
    build = HistoryBuilder()
    build.poll("c", [("orders-0", 0, 0)], invoke_ns=5, complete_ns=5)
    build.send("p", 1, invoke_ns=5, complete_ns=5)
    seen = numbers(build)
    assert (seen["polled_per_s"], seen["acked_per_s"]) == (0, 0)
