"""What only transactions can show, by hand: a bad history each, and a near miss."""

from typing import Literal

import pytest

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts
from harness.model.verdict import Anomaly
from tests.checkers.verdicts import BY_DESIGN, counts, drained, scenario

OF_TRANSACTIONS = BY_DESIGN | {
    "torn-commit",
    "precommitted-read",
    "double-processing",
    "G1c",
    "G1c-process",
    "G1c-realtime",
}
"""Kinds that are shown here; those of a transaction's own order are in `test_anomalies`."""
A, B, C, D = (("orders-0", 0, 1), ("orders-0", 1, 2), ("orders-1", 0, 3), ("orders-1", 1, 4))


def circle(build: HistoryBuilder, kind: str) -> Anomaly:
    """The one anomaly of that kind."""
    verdict = judge(build.history(), Facts(), scenario())
    (finding,) = [each for each in verdict.findings if each.kind == kind]
    (example,) = finding.examples
    return example


@pytest.mark.parametrize("read", [True, False])
def test_a_transaction_of_which_a_part_was_read_must_have_committed(*, read: bool) -> None:
    build = HistoryBuilder()
    build.txn("t", sends=[("orders-0", 0, 1), ("orders-0", 1, 2)], outcome="info")
    build.send("p", 3, log="orders-0", offset=2)
    build.poll("c", [("orders-0", 1, 2), ("orders-0", 2, 3)][1 - read :])
    assert counts(build) == ({"lost-write": 1, "torn-commit": 1} if read else {})


@pytest.mark.parametrize("committed", [True, False])
def test_consuming_twice_takes_two_transactions_that_commit_it(*, committed: bool) -> None:
    build = HistoryBuilder()
    build.process("a", group="g")
    build.process("b", group="g")
    build.send("p", 1, log="orders-0", offset=0)
    record = ("orders-0", 0, 1)
    build.txn("a", reads=[record], commits={"orders-0": 1})
    build.txn("b", reads=[record], commits={"orders-0": int(committed)})
    expected = {"duplicate-processing": 1, "double-processing": 1}
    assert counts(build) == (expected if committed else {"duplicate-processing": 1})


def test_what_an_aborted_transaction_polled_comes_again() -> None:
    build = HistoryBuilder()
    build.process("a", group="g")
    build.send("p", 1, log="orders-0", offset=0)
    for outcome in ("fail", "info", "ok"):
        build.txn(
            "a",
            reads=[("orders-0", 0, 1)],
            commits={"orders-0": 1},
            outcome=outcome,
        )
    assert counts(build) == {}
    build.poll("a", [("orders-0", 0, 1)])
    assert "duplicate-processing" in counts(build)


def test_what_a_transaction_of_unknown_end_was_handed_was_not_passed_over() -> None:
    build = HistoryBuilder()
    build.process("a", group="g")
    for value in (1, 2, 3):
        build.send("p", value, log="orders-0", offset=value - 1)
    build.poll("a", [("orders-0", 0, 1)])
    build.txn("a", reads=[("orders-0", 1, 2)], commits={"orders-0": 2}, outcome="info")
    build.poll("a", [("orders-0", 2, 3)])
    build.drain("d", [("orders-0", value - 1, value) for value in (1, 2, 3)])
    assert "group-skip" not in counts(build, drained(3))


@pytest.mark.parametrize("own", [True, False])
def test_a_transaction_that_reads_its_own_record(*, own: bool) -> None:
    build = HistoryBuilder()
    build.txn("s", sends=[A])
    build.txn("t", sends=[B], reads=[B] if own else [A])
    build.poll("c", [A, B])
    assert counts(build) == ({"precommitted-read": 1} if own else {})


@pytest.mark.parametrize("whole", [True, False])
def test_a_transaction_without_an_answer_is_there_in_part(*, whole: bool) -> None:
    build = HistoryBuilder()
    build.txn("t", sends=[("orders-0", 0, 1), ("orders-1", None, 3)], outcome="info")
    build.drain("d", [A, C] if whole else [A])
    assert counts(build, drained(1, 1)) == ({} if whole else {"torn-commit": 1})


@pytest.mark.parametrize("removed", [True, False])
def test_what_retention_removed_tears_nothing(*, removed: bool) -> None:
    build = HistoryBuilder()
    gone = ("orders-0", 3 if removed else 4, 2)
    build.txn("t", sends=[gone, ("orders-0", 5, 1)], outcome="info")
    build.drain("d", [("orders-0", 5, 1)])
    assert counts(build, drained(6, start=4)) == ({} if removed else {"torn-commit": 1})


def test_an_aborted_transaction_of_which_a_part_is_there() -> None:
    build = HistoryBuilder()
    build.txn("t", sends=[A, C], outcome="fail")
    build.drain("d", [A])
    assert counts(build, drained(1, 1)) == {"G1a": 1, "torn-commit": 1}


@pytest.mark.parametrize("outcome", ["ok", "info", "fail"])
def test_transactions_that_read_from_one_another(outcome: Literal["ok", "info", "fail"]) -> None:
    build = HistoryBuilder()
    build.txn("s", sends=[A], reads=[C], complete_ns=99, invoke_ns=1)
    build.txn("t", sends=[C], reads=[A], complete_ns=99, invoke_ns=2, outcome=outcome)
    build.poll("c", [A], invoke_ns=100)
    if outcome == "fail":
        assert counts(build) == {"G1a": 1}
        return
    assert counts(build) == {"G1c": 1}
    assert circle(build, "G1c").because == (
        "operation 0 (s) sent value 1 to orders-0, at offset 0, in a transaction that it committed",
        "and operation 1 (t) polled value 1 at offset 0 of orders-0"
        + (" (and did not come to an end)" if outcome == "info" else ""),
        "operation 1 (t) sent value 3 to orders-1, at offset 0, in a transaction "
        + ("whose outcome it does not know" if outcome == "info" else "that it committed"),
        "and operation 0 (s) polled value 3 at offset 0 of orders-1",
        "each of them had to be committed before the next one could read it",
        "so operation 0 (s) came before itself",
    )


@pytest.mark.parametrize("late", [True, False])
def test_a_record_that_is_read_before_it_is_sent(*, late: bool) -> None:
    build = HistoryBuilder()
    build.txn("r", reads=[A], invoke_ns=10, complete_ns=19 if late else 20)
    build.txn("s", sends=[A], invoke_ns=20, complete_ns=30)
    assert counts(build) == ({"G1c-realtime": 1} if late else {})
    if late:
        assert circle(build, "G1c-realtime").operations == (0, 1)
        assert circle(build, "G1c-realtime").because[:2] == (
            "operation 0 (r) began at 0.000 ms and ended at 0.000 ms",
            "only then operation 1 (s) began at 0.000 ms and ended at 0.000 ms",
        )


@pytest.mark.parametrize("process", ["r", "s"])
def test_a_record_that_its_own_process_reads_before(process: str) -> None:
    build = HistoryBuilder()
    build.txn("r", reads=[A])
    build.txn(process, sends=[A])
    build.poll("c", [A])
    assert counts(build) == {"G1c-process" if process == "r" else "G1c-realtime": 1}


@pytest.mark.parametrize(
    ("sender", "invoke_ns", "found"),
    [
        ("r", 20, {"G1c-process": 1}),
        ("p", 20, {"G1c-realtime": 1}),
        # It may have been sent before the other was read.
        ("p", 19, {}),
    ],
)
def test_an_open_transaction_reads_what_was_sent_after_it_was_read_itself(
    sender: str, invoke_ns: int, found: dict[str, int]
) -> None:
    build = HistoryBuilder()
    build.txn("t", sends=[A], reads=[C], invoke_ns=1, complete_ns=99)
    build.poll("r", [A], invoke_ns=10, complete_ns=19)
    build.send(sender, 3, log="orders-1", offset=0, invoke_ns=invoke_ns, complete_ns=30)
    assert counts(build) == found
    for kind in found:
        assert circle(build, kind).operations == (0, 1, 2)


def test_an_indeterminate_transaction_may_take_effect_later() -> None:
    build = HistoryBuilder()
    build.txn("r", reads=[A], outcome="info", invoke_ns=10, complete_ns=11)
    build.txn("s", sends=[A], invoke_ns=20, complete_ns=30)
    build.poll("c", [A])
    assert counts(build) == {}


@pytest.mark.parametrize("apart", [True, False])
def test_records_of_concurrent_transactions_interleave(*, apart: bool) -> None:
    build = HistoryBuilder()
    build.txn("s", sends=[A, D if apart else C], invoke_ns=1, complete_ns=99)
    build.txn("t", sends=[B, C if apart else D], invoke_ns=2, complete_ns=99)
    build.poll("c", [A, B], invoke_ns=100)
    build.poll("c", [("orders-1", 0, 3), ("orders-1", 1, 4)])
    if not apart:
        assert counts(build) == {}
        return
    assert counts(build) == {"G0": 1}
    assert circle(build, "G0").because[-2:] == (
        (
            "and right behind that record, operation 0 (s) sent value 4 to orders-1, at offset 1, "
            "in a transaction that it committed"
        ),
        "so operation 0 (s) came before itself",
    )


def test_a_record_between_those_of_a_transaction() -> None:
    build = HistoryBuilder()
    build.send("p", 2, log="orders-0", offset=1, invoke_ns=0, complete_ns=99_000_000)
    build.txn("t", sends=[A, ("orders-0", 2, 5)], invoke_ns=50)
    build.poll("c", [A, B, ("orders-0", 2, 5)])
    assert counts(build) == {"int-send-skip": 1, "G0": 1}


def test_a_circle_of_reading_and_of_order_in_a_log() -> None:
    build = HistoryBuilder()
    build.txn("s", sends=[A], reads=[C], invoke_ns=1, complete_ns=99)
    build.txn("t", sends=[B, C], invoke_ns=2, complete_ns=99)
    build.poll("c", [A, B], invoke_ns=100)
    assert counts(build) == {"G1c-ww": 1}
    assert circle(build, "G1c-ww").operations == (0, 1)


@pytest.mark.parametrize("process", ["t", "u"])
def test_a_long_transaction_stands_around_two_others(process: str) -> None:
    build = HistoryBuilder()
    build.txn("s", sends=[B, C], invoke_ns=1, complete_ns=99)
    build.txn(process, sends=[A], invoke_ns=10, complete_ns=50)
    build.txn("t", sends=[("orders-1", 1, 4)], invoke_ns=60, complete_ns=70)
    build.poll("c", [A, B], invoke_ns=100)
    build.poll("c", [C, D])
    # The long one stands between the later and the earlier: no circle.
    assert counts(build) == {}


@pytest.mark.parametrize("process", ["t", "u"])
def test_a_long_transaction_stands_between_two_others(process: str) -> None:
    build = HistoryBuilder()
    build.txn("s", sends=[A, D], invoke_ns=1, complete_ns=99)
    build.txn(process, sends=[B], invoke_ns=10, complete_ns=50)
    build.txn("t", sends=[C], invoke_ns=60, complete_ns=70)
    build.poll("c", [A, B], invoke_ns=100)
    build.poll("c", [C, D])
    assert counts(build) == {"G0-process" if process == "t" else "G0-realtime": 1}


def test_the_shortest_circle_is_told() -> None:
    """Of five transactions that read from one another, two do so directly."""
    build = HistoryBuilder()
    records = [(f"orders-{number}", 0, number) for number in range(5)]
    for number in range(5):
        reads = [records[number - 1], *([records[3]] if number == 2 else [])]
        build.txn(f"t{number}", sends=[records[number]], reads=reads, invoke_ns=1, complete_ns=99)
    assert circle(build, "G1c").operations == (2, 3)
    assert counts(build) == {"G1c": 1}
