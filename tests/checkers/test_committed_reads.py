"""What readers see that do not wait for transactions to end, and how long others wait for them."""

import pytest

from harness.checkers.verdict.judge import judge
from harness.checkers.verdict.promises import permitted
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts
from harness.model.scenario import Scenario
from harness.model.workload import Consumers, Producers, Transactions
from tests.checkers.verdicts import counts, drained, scenario

DIRTY = Consumers(
    name="dirty",
    topic="orders",
    mode="assigned",
    settings={"isolation.level": "read_uncommitted"},
)
PATIENT = Consumers(name="reader", topic="orders", mode="assigned", within_ms=1)
BOUND_NS = 1_000_000


def read_by(kind: str) -> HistoryBuilder:
    build = HistoryBuilder()
    build.process("dirty", kind=kind)
    return build


def aborted_between(build: HistoryBuilder) -> HistoryBuilder:
    """One record of an aborted transaction between two that stand alone; `dirty` is given all."""
    build.send("p", 1, log="orders-0", offset=0)
    build.txn("t", sends=[("orders-0", 1, 2)], outcome="fail")
    build.send("p", 3, log="orders-0", offset=2)
    build.poll("dirty", [("orders-0", 0, 1), ("orders-0", 1, 2), ("orders-0", 2, 3)])
    build.poll("clean", [("orders-0", 0, 1), ("orders-0", 2, 3)])
    build.drain("d", [("orders-0", 0, 1), ("orders-0", 2, 3)])
    return build


def test_what_a_dirty_reader_saw_of_an_aborted_transaction_is_an_aborted_read_alone() -> None:
    build = aborted_between(read_by("dirty"))
    assert counts(build, drained(4), scenario(consumers=(DIRTY,))) == {"G1a": 1}


def test_of_a_reader_of_committed_records_it_is_more() -> None:
    build = aborted_between(read_by("reader"))
    assert counts(build, drained(4), scenario(consumers=(DIRTY,))) == {
        "G1a": 1,
        "ghost": 1,
        "int-poll-skip": 2,
    }


@pytest.mark.parametrize("outcome", ["fail", "info"])
def test_a_dirty_reader_proves_no_transaction_torn(outcome: str) -> None:
    build = read_by("dirty")
    sends = [("orders-0", 0, 1), ("orders-0", 1, 2)]
    build.txn("t", sends=sends, outcome="fail" if outcome == "fail" else "info")
    build.poll("dirty", [("orders-0", 0, 1)])
    build.drain("d", [])
    found = counts(build, drained(3), scenario(consumers=(DIRTY,)))
    assert found == ({"G1a": 1} if outcome == "fail" else {})


def held_back(late_ns: int) -> HistoryBuilder:
    """A record behind an open transaction, given to its reader `late_ns` after its bound."""
    build = HistoryBuilder()
    build.process("reader-0", kind="reader")
    build.txn(
        "stopper",
        sends=[("orders-0", 0, 1)],
        outcome="fail",
        error="application:STOPPED",
        invoke_ns=1,
        complete_ns=2,
    )
    build.send("p", 2, log="orders-0", offset=1, invoke_ns=10, complete_ns=20)
    until_ns = 20 + BOUND_NS + late_ns
    build.poll("reader-0", [("orders-0", 1, 2)], invoke_ns=30, complete_ns=until_ns)
    return build


def test_a_reader_waits_no_longer_than_it_was_promised() -> None:
    assert counts(held_back(0), Facts(), scenario(consumers=(PATIENT,))) == {}
    assert counts(held_back(1), Facts(), scenario(consumers=(PATIENT,))) == {"stuck": 1}


def test_a_wait_names_the_record_its_reader_and_what_is_in_the_way() -> None:
    verdict = judge(held_back(1).history(), Facts(), scenario(consumers=(PATIENT,)))
    (finding,) = verdict.findings
    (example,) = finding.examples
    assert example.operations == (1, 2, 0)
    assert example.because[-2:] == (
        (
            "below it, operation 0 (stopper) sent value 1 to orders-0, at offset 0, in a "
            "transaction that was certainly not committed (application:STOPPED)"
        ),
        "a reader of committed records waits for the end of such a transaction",
    )


def test_what_never_comes_waits_until_the_end_of_the_run() -> None:
    build = HistoryBuilder()
    build.process("reader-0", kind="reader")
    build.send("p", 2, log="orders-0", offset=1, invoke_ns=10, complete_ns=20)
    build.drain("d", [("orders-0", 1, 2)], invoke_ns=30, complete_ns=20 + BOUND_NS)
    assert counts(build, drained(2), scenario(consumers=(PATIENT,))) == {}
    build.drain("d", [], invoke_ns=40, complete_ns=21 + BOUND_NS)
    assert counts(build, drained(2), scenario(consumers=(PATIENT,))) == {"stuck": 1}


def test_a_time_out_beyond_the_bound_permits_a_wait() -> None:
    def of(timeout_ms: int) -> Scenario:
        producers = Producers(
            topic="orders",
            settings={"transaction.timeout.ms": timeout_ms},
            transactions=Transactions(),
        )
        patient = Consumers(name="reader", topic="orders", mode="assigned", within_ms=15_000)
        return scenario(producers=producers, consumers=(patient,))

    # The harness's brokers look for transactions that are over time once a second.
    assert "stuck" not in permitted(of(14_000))
    (reason,) = permitted(of(14_001))["stuck"]
    assert "transaction.timeout.ms=14001" in reason
    assert "each 1000 ms" in reason
