"""Each kind of anomaly by hand: a history that shows exactly it, and a near miss without any."""

from collections.abc import Callable
from typing import Protocol

import msgspec
import pytest

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.history.history import NOTHING
from harness.model.facts import Facts, LagEvent
from harness.model.workload import Producers
from tests.checkers.test_transactions import OF_TRANSACTIONS
from tests.checkers.verdicts import (
    OF_ADMINISTRATION,
    OF_APPLICATIONS,
    OF_CLEANUP_AND_KEYS,
    OF_GROUPS,
    OF_LOGS,
    counts,
    drained,
    found,
    scenario,
)


class Writer(Protocol):
    """Writes the bad or the good history of a case, and gives its facts."""

    def __call__(self, build: HistoryBuilder, *, bad: bool) -> Facts | None: ...


ALL: list[tuple[str, Writer]] = []


def shows(kind: str) -> Callable[[Writer], None]:
    return lambda write: ALL.append((kind, write))


@shows("lost-write")
def lost_from_a_drained_log(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-0", offset=1)
    build.drain("d", [("orders-0", 0, 1)] if bad else [("orders-0", 0, 1), ("orders-0", 1, 2)])
    return drained(2)


@shows("lost-write")
def lost_below_the_start_is_retention(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.send("p", 1, log="orders-0", offset=4)
    build.drain("d")
    return drained(9, start=4 if bad else 5)


@shows("lost-write")
def lost_unless_only_indeterminate(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.send("p", 1, topic="orders", outcome="ok" if bad else "info")
    build.drain("d")
    return drained(0)


@shows("lost-write")
def lost_without_an_offset_told(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.log("orders-1")
    build.send("p", 1, topic="orders")
    build.drain("d", [] if bad else [("orders-1", 0, 1)])
    return drained(0, 1)


@shows("unseen")
def unseen_until_read(build: HistoryBuilder, *, bad: bool) -> None:
    # The first poll comes before any acknowledgement: a false alarm of the reference.
    build.send("p", 1, log="orders-0", offset=0, invoke_ns=0, complete_ns=9_000_000)
    build.poll("c", [("orders-0", 0, 1)], invoke_ns=1_000_000, complete_ns=2_000_000)
    build.send("p", 2, log="orders-0", offset=1)
    if not bad:
        build.poll("c", [("orders-0", 1, 2)])


@shows("ghost")
def ghost(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.send("p", 1, topic="orders", outcome="info")
    build.poll("c", [("orders-0", 3, 1)])
    build.drain("d", [] if bad else [("orders-0", 3, 1)])
    return drained(5)


@shows("ghost")
def ghost_below_the_start_is_retention(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.send("p", 1, topic="orders", outcome="info")
    build.poll("c", [("orders-0", 3, 1)])
    return drained(5, start=3 if bad else 4)


@shows("phantom")
def phantom(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, topic="orders", outcome="info")
    build.poll("c", [("orders-0", 0, NOTHING if bad else 1)])


@shows("phantom")
def phantom_value(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, topic="orders", outcome="info")
    build.poll("c", [("orders-0", 0, 2 if bad else 1)], outcome="info")


@shows("misrouted")
def misrouted_to_another_topic(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, topic="orders", outcome="info")
    build.log("orders-0")
    build.poll("c", [("audit-0" if bad else "orders-0", 0, 1)])


@shows("G1a")
def aborted_read(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, topic="orders", outcome="fail" if bad else "info")
    build.poll("c", [("orders-0", 0, 1)])


@shows("G1a")
def aborted_read_of_an_ok_poll(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, topic="orders", outcome="fail")
    build.poll("c", [("orders-0", 0, 1)], outcome="ok" if bad else "info")


@shows("duplicate")
def duplicate(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-0", offset=1)
    build.poll("c", [("orders-0", 0, 1), ("orders-0", 1, 2)])
    # No reader goes back here: it is the log that holds the record twice.
    build.poll("c", [("orders-0", 2, 1)] if bad else [])


@shows("duplicate")
def duplicate_of_a_failed_operation(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, log="orders-0", offset=0, outcome="fail")
    build.poll("c", [("orders-0", 1, 1)], outcome="fail")
    build.poll("e", [("orders-0", 2 if bad else 1, 1)], outcome="info")


@shows("duplicate-processing")
def handed_out_twice(build: HistoryBuilder, *, bad: bool) -> None:
    build.process("a", group="g")
    build.process("b", group="g" if bad else "h")
    build.send("p", 1, log="orders-0", offset=0)
    build.poll("a", [("orders-0", 0, 1)])
    build.subscribe("b")
    build.poll("b", [("orders-0", 0, 1)])


@shows("group-skip")
def skipped_by_a_group(build: HistoryBuilder, *, bad: bool) -> Facts:
    records = [("orders-0", offset, offset) for offset in range(4)]
    build.process("a", group="g")
    build.process("b", group="g")
    for log, offset, value in records:
        build.send("p", value, log=log, offset=offset)
    build.poll("a", records[1:2])
    build.poll("b", records[2:3] if not bad else [])
    build.assign("a", ["orders-1"])
    build.poll("a", records[3:])
    build.drain("d", records)
    return drained(4, 0)


@shows("group-skip")
def skipped_and_then_removed(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.process("a", group="g")
    for offset in range(3):
        build.send("p", offset, log="orders-0", offset=offset, outcome="ok")
    build.poll("a", [("orders-0", 0, 0)])
    if not bad:
        build.poll("a", [("orders-0", 1, 1)])
    build.assign("a", [])
    build.poll("a", [("orders-0", 2, 2)])
    return drained(3, start=3)


@shows("realtime-order")
def behind_a_later_record(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, log="orders-0", offset=1, invoke_ns=0, complete_ns=10 if bad else 20)
    build.send("q", 2, log="orders-0", offset=0, invoke_ns=20, complete_ns=30)
    build.poll("c", [("orders-0", 0, 2), ("orders-0", 1, 1)])


@shows("nonmonotonic-send")
def sent_out_of_order(build: HistoryBuilder, *, bad: bool) -> None:
    first, second = (1, 0) if bad else (0, 1)
    # Both are on their way at once, so that only the producer's own order is at stake.
    build.send("p", 1, log="orders-0", offset=first, invoke_ns=0, complete_ns=90)
    build.send("p", 2, log="orders-0", outcome="info", invoke_ns=10, complete_ns=None)
    build.poll("c", sorted([("orders-0", first, 1), ("orders-0", second, 2)]))


@shows("int-nonmonotonic-send")
def transaction_out_of_order(build: HistoryBuilder, *, bad: bool) -> None:
    first, second = (1, 0) if bad else (0, 1)
    build.txn("t", sends=[("orders-0", first, 1), ("orders-0", second, 2)])
    build.poll("c", sorted([("orders-0", first, 1), ("orders-0", second, 2)]))


@shows("poll-skip")
def skipped_between_polls(build: HistoryBuilder, *, bad: bool) -> None:
    for offset in range(3):
        build.send("p", offset, log="orders-0", offset=offset * 2)
    build.poll("all", [("orders-0", offset * 2, offset) for offset in range(3)])
    build.poll("c", [("orders-0", 0, 0)])
    if not bad:
        build.poll("c", [("orders-0", 2, 1)])
    build.poll("c", [("orders-0", 4, 2)])


@shows("poll-skip")
def skipped_from_the_last_ok_poll_on(build: HistoryBuilder, *, bad: bool) -> None:
    build.poll("all", [("orders-0", offset, offset) for offset in range(3)])
    for value in range(3):
        build.send("p", value, outcome="info")
    build.poll("c", [("orders-0", 0, 0)])
    build.poll("c", [("orders-0", 1, 1)], outcome="info" if bad else "ok")
    build.poll("c", [("orders-0", 2, 2)])


@shows("poll-skip")
def skipped_while_assigned(build: HistoryBuilder, *, bad: bool) -> None:
    for offset in range(3):
        build.send("p", offset, log="orders-0", offset=offset)
    build.poll("all", [("orders-0", offset, offset) for offset in range(3)])
    build.assign("c", ["orders-0"])
    build.poll("c", [("orders-0", 0, 0)])
    build.assign("c", ["orders-0", "orders-1"] if bad else ["orders-1"], outcome="info")
    build.poll("c", [("orders-0", 2, 2)])


@shows("nonmonotonic-poll")
def went_back_between_polls(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, log="orders-0", offset=0)
    build.poll("c", [("orders-0", 0, 1)])
    if not bad:
        build.subscribe("c")
    build.poll("c", [("orders-0", 0, 1)])


@shows("nonmonotonic-poll")
def went_back_after_a_failed_assign(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, log="orders-0", offset=0)
    build.poll("c", [("orders-0", 0, 1)])
    build.assign("c", ["orders-1"], outcome="fail" if bad else "ok")
    build.poll("c", [("orders-0", 0, 1)])


@shows("int-poll-skip")
def skipped_within_a_poll(build: HistoryBuilder, *, bad: bool) -> None:
    for offset in range(3):
        build.send("p", offset, log="orders-0", offset=offset)
    build.poll("all", [("orders-0", offset, offset) for offset in range(3)])
    build.poll(
        "c", [("orders-0", 0, 0), ("orders-0", 2, 2)], invoke_ns=10**9, complete_ns=10**9 + 9
    )
    build.revoke("c", ["orders-0"], invoke_ns=10**9 + (10 if bad else 5), complete_ns=None)


@shows("int-nonmonotonic-poll")
def went_back_within_a_poll(build: HistoryBuilder, *, bad: bool) -> None:
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-0", offset=1)
    records = [("orders-0", 0, 1), ("orders-0", 1, 2)]
    build.poll("c", records[::-1] if bad else records)


@shows("end-moved-back")
def cut_off_behind_what_its_group_had_seen(build: HistoryBuilder, *, bad: bool) -> Facts:
    build.send("p", 1, log="orders-0", offset=0)
    build.drain("d", [("orders-0", 0, 1)])
    seen = LagEvent(time_ns=9, group="g", log="orders-0", committed=0, end=2 if bad else 1)
    return msgspec.structs.replace(drained(1), lags=(seen,))


@pytest.mark.parametrize(("kind", "write"), ALL, ids=lambda part: getattr(part, "__name__", part))
def test_bad_history_shows_exactly_its_anomaly(kind: str, write: Writer) -> None:
    build = HistoryBuilder()
    assert counts(build, write(build, bad=True)) == {kind: 1}


@pytest.mark.parametrize(("kind", "write"), ALL, ids=lambda part: getattr(part, "__name__", part))
def test_near_miss_shows_nothing(kind: str, write: Writer) -> None:
    build = HistoryBuilder()
    assert counts(build, write(build, bad=False)) == {}, kind


def test_one_offset_told_to_two_senders_is_inconsistent() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=7)
    build.send("q", 2, log="orders-0", offset=7)
    build.poll("c", [("orders-0", 7, 2)])
    assert counts(build) == {"inconsistent-offsets": 1, "lost-write": 1, "unseen": 1}


def test_one_offset_with_two_values_is_forked() -> None:
    build = HistoryBuilder()
    build.send("p", 1, outcome="info")
    build.send("q", 2, outcome="info")
    build.poll("c", [("orders-0", 7, 1)])
    build.poll("d", [("orders-0", 7, 2)])
    assert counts(build) == {"inconsistent-offsets": 1, "forked-offset": 1}


def test_another_partition_than_told_is_misrouted() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.poll("c", [("orders-1", 0, 1)])
    assert counts(build) == {"misrouted": 1}


@pytest.mark.parametrize("present", [True, False])
def test_unsent_is_what_an_application_believes(*, present: bool) -> None:
    hasty = scenario(producers=Producers(topic="orders", belief="enqueue"))
    build = HistoryBuilder()
    build.send("producer", 1, topic="orders", outcome="info", complete_ns=None)
    build.send("producer", 2, topic="orders", outcome="fail")
    build.drain("d", [("orders-0", 0, 1), ("orders-0", 1, 2)][: 1 + present])
    expected = {"G1a": 1} if present else {"unsent": 1}
    assert counts(build, drained(2), hasty) == expected
    patient = scenario(producers=Producers(topic="orders"))
    assert "unsent" not in counts(build, drained(2), patient)


def test_unsent_needs_every_log_of_the_topic() -> None:
    hasty = scenario(producers=Producers(topic="orders", belief="enqueue"), partitions=2)
    build = HistoryBuilder()
    build.send("producer", 1, topic="orders", outcome="info", complete_ns=None)
    assert counts(build, drained(0), hasty) == {}
    assert counts(build, drained(0, 0), hasty) == {"unsent": 1}


def test_positions_are_those_of_offsets_not_of_values() -> None:
    """A record that stands twice makes no reader go back, and no sender out of order."""
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", outcome="info", invoke_ns=0, complete_ns=None)
    build.send("p", 2, log="orders-0", offset=1, invoke_ns=5, complete_ns=50)
    build.poll("c", [("orders-0", 0, 1), ("orders-0", 1, 2), ("orders-0", 2, 1)])
    assert counts(build) == {"duplicate": 1}


def test_a_record_that_only_an_indeterminate_poll_saw_is_not_lost() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-0", offset=1)
    build.poll("c", [("orders-0", 1, 2)])
    build.poll("d", [("orders-0", 0, 1)], outcome="info")
    assert counts(build) == {"unseen": 1}


def test_a_lost_record_is_no_evidence_of_order() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=5)
    build.send("q", 2, log="orders-0", offset=3)
    build.drain("d", [("orders-0", 3, 2)])
    assert counts(build, drained(4)) == {"lost-write": 1}


def test_without_a_final_read_lost_and_unseen_go_together() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, log="orders-0", offset=1)
    build.poll("c", [("orders-0", 1, 2)])
    assert counts(build) == {"lost-write": 1, "unseen": 1}


def test_every_kind_has_a_hand_written_history() -> None:
    by_hand = {kind for kind, _ in ALL}
    elsewhere = {"inconsistent-offsets", "forked-offset", "unsent"}
    elsewhere |= OF_APPLICATIONS | OF_CLEANUP_AND_KEYS | OF_GROUPS | OF_ADMINISTRATION
    assert by_hand | elsewhere | OF_TRANSACTIONS == OF_LOGS


def test_an_anomaly_names_its_proof() -> None:
    build = HistoryBuilder()
    build.send("producer-0", 41, log="orders-0", offset=8)
    lost = build.send("producer-0", 42, log="orders-0", offset=9, key=7)
    build.send("producer-0", 43, log="orders-0", offset=10)
    final = build.drain("final-reader", [("orders-0", 8, 41), ("orders-0", 10, 43)])
    verdict = judge(build.history(), drained(11), scenario())
    assert found(verdict)["lost-write"] == 1
    (example,) = verdict.findings[0].examples
    assert example.kind == "lost-write"
    assert (example.log, example.values, example.keys) == ("orders-0", (42,), (7,))
    assert example.operations == (lost, final)
    assert example.because == (
        f"operation {lost} (producer-0) sent value 42 to orders-0 and was told offset 9",
        f"yet the final read, in operation {final}, covers offsets 0 to 10 of orders-0 without it",
    )
