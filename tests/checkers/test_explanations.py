"""What mutants of the judge changed, and no other test noticed."""

import dataclasses

import polars as pl

from harness.checkers.verdict.judge import judge
from harness.history.build import Completion, HistoryBuilder
from harness.model.facts import Facts
from tests.checkers.flows import LOG, TOPICS, Run
from tests.checkers.verdicts import counts, scenario


def test_a_second_event_of_a_change_is_told_as_one_more() -> None:
    run = Run()
    run.put(1)
    run.captured()
    run.flow.events(TOPICS, LOG, run.flow.changes)
    run.copied()
    (finding,) = [each for each in run.verdict().findings if each.kind == "duplicate-change"]
    events = [each for each in finding.examples[0].because if "offset" in each]
    assert [each.startswith("and again, ") for each in events] == [False, True]


def test_a_record_that_stands_twice_stands_where_it_first_does() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0, invoke_ns=0, complete_ns=10)
    build.send("q", 2, log="orders-0", offset=1, invoke_ns=20, complete_ns=30)
    build.poll("c", [("orders-0", 0, 1), ("orders-0", 1, 2), ("orders-0", 2, 1)])
    assert counts(build) == {"duplicate": 1}


def test_times_are_told_to_the_microsecond() -> None:
    build = HistoryBuilder()
    late_ns = 3_600_000_123_000
    build.send("p", 1, log="orders-0", offset=1, invoke_ns=0, complete_ns=late_ns)
    times = Completion(invoke_ns=late_ns + 1_000_000, complete_ns=late_ns + 2_500_000)
    build.send("q", 2, log="orders-0", offset=0, **times)
    build.poll("c", [("orders-0", 0, 2), ("orders-0", 1, 1)])
    verdict = judge(build.history(), Facts(), scenario())
    (example,) = next(each for each in verdict.findings if each.kind == "realtime-order").examples
    assert "it began at 0.000 ms and ended at 3600000.123 ms" in example.because
    assert "it began at 3600001.123 ms and ended at 3600002.623 ms" in example.because


def test_an_error_without_a_name_is_left_out() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-0", offset=1)
    build.poll("c", [("orders-0", 1, 2), ("orders-0", 2, 1)])
    history = build.history()
    strange = history.operations.with_columns(error=pl.lit(9, history.operations.schema["error"]))
    verdict = judge(dataclasses.replace(history, operations=strange), Facts(), scenario())
    assert not [each for each in verdict.unknowns if "IndexError" in each]
    assert verdict.findings
