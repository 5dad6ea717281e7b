"""What the end of a run shows and what it cannot: hops that are late, tasks that have FAILED."""

import msgspec
import pytest

from harness.history.flow_build import Change
from harness.history.history import NOTHING
from harness.history.journal import END_MARK
from harness.history.tables import SEQUENCE_BITS
from harness.model.facts import Facts, TaskEvent
from harness.model.verdict import Validity
from tests.checkers.flows import (
    CACHE,
    CACHE_HOP,
    FEED_HOP,
    JDBC,
    LOG,
    REDIS,
    SINK,
    SINK_HOP,
    SOURCE,
    TOPICS,
    Run,
    blamed,
    everything_read,
    pipeline,
)

TRACE = "ConnectException: it cannot / Caused by: java.net.UnknownHostException: connect-2"


def seen(*states: str, task: str = "task 0", place: str = SINK) -> Facts:
    """Facts of a run in which a task went through `states`."""
    events = tuple(
        TaskEvent(time_ns=number, place=place, task=task, state=state, trace=TRACE)
        for number, state in enumerate(states)
    )
    return msgspec.structs.replace(everything_read(pipeline()), tasks=events)


def marked(run: Run) -> tuple[str, int]:
    """Commit an end mark; answers with its row."""
    process = run.flow.build.process(END_MARK, client="writer")
    mark = ("orders", 900)
    run.flow.commit((*mark, process << SEQUENCE_BITS))
    return mark


def settled(*rounds: str, lacks: tuple[str, int] | None = None) -> Run:
    """A flow of two rows of which the cache `lacks` one, with rounds of end marks.

    Of each round the cache `holds` the mark, has `seen` it before it expired, or it is still `late`
    in the topics, or the source did not take it (`refused`).
    """
    run = Run()
    run.put(1)
    run.put(2)
    held = {}
    for number, fate in enumerate(rounds):
        process = run.flow.build.process(END_MARK, client="writer")
        mark, version = ("orders", 900 + number), process << SEQUENCE_BITS
        if fate != "refused":
            run.flow.commit((*mark, version))
        if fate == "seen":
            run.flow.read("end-mark-reader", CACHE, mark, version)
        if fate == "holds":
            held[mark] = version
    run.captured()
    rows = {row: version for row, version in run.flow.state().items() if row[1] < 900}
    run.flow.rows(SOURCE, run.flow.state())
    run.flow.rows(SINK, run.flow.state())
    run.flow.rows(CACHE, {row: each for row, each in rows.items() if row != lacks} | held)
    return run


CACHED = pipeline(copies=(JDBC, msgspec.structs.replace(REDIS, staleness_s=None)))
EQUAL = pipeline(copies=(JDBC, msgspec.structs.replace(REDIS, holds="equal", staleness_s=None)))


@pytest.mark.parametrize(
    "rounds",
    [
        ("holds",),
        ("seen",),
        ("late", "seen"),
        ("refused", "holds"),
        ("refused", "refused", "seen"),
    ],
)
def test_a_round_of_marks_that_came_out_is_evidence_whatever_became_of_it(
    rounds: tuple[str, ...],
) -> None:
    assert settled(*rounds).verdict(CACHED).validity is Validity.VALID


@pytest.mark.parametrize("rounds", [("late",), ("seen", "late"), ("refused", "late")])
def test_the_last_round_that_was_committed_must_have_come_out(rounds: tuple[str, ...]) -> None:
    verdict = settled(*rounds).verdict(CACHED)
    assert verdict.validity is Validity.UNKNOWN
    assert any(f"{CACHE_HOP} had not finished" in why for why in verdict.unknowns)


def test_what_is_missing_behind_a_mark_that_was_seen_is_lost() -> None:
    verdict = settled("seen", lacks=("orders", 2)).verdict(EQUAL)
    assert verdict.validity is Validity.INVALID
    # The mark that expired is missing from a copy that must be equal, as well.
    assert blamed(verdict)["missing-row"] == {CACHE_HOP: 2}


def behind_run(*, at: str, marks_arrive: bool) -> Run:
    """A flow of two rows of which `at` lacks the second."""
    run = Run()
    run.put(1)
    run.put(2)
    mark = marked(run)
    rows = run.flow.state()
    lacking = {row: version for row, version in rows.items() if row != ("orders", 2)}
    if not marks_arrive:
        lacking.pop(mark)
    run.captured(*([1] if marks_arrive else [1, 2]) if at == FEED_HOP else [])
    run.flow.rows(SOURCE, rows)
    run.flow.rows(SINK, lacking)
    run.flow.rows(CACHE, lacking if at == FEED_HOP else rows)
    return run


@pytest.mark.parametrize(
    ("hop", "late", "kind"),
    [
        (FEED_HOP, {FEED_HOP, SINK_HOP, CACHE_HOP}, "missed-change"),
        (SINK_HOP, {SINK_HOP}, "missing-row"),
    ],
)
def test_what_a_hop_that_no_end_mark_passed_misses_may_be_late(
    hop: str, late: set[str], kind: str
) -> None:
    verdict = behind_run(at=hop, marks_arrive=False).verdict()
    assert verdict.shows(kind)
    assert verdict.validity is Validity.UNKNOWN
    assert {each for each in late if any(each in why for why in verdict.unknowns)} == late
    assert {result.hop for result in verdict.hops if result.late} == late
    assert not any(finding.counts for finding in verdict.findings)


@pytest.mark.parametrize(("hop", "kind"), [(FEED_HOP, "missed-change"), (SINK_HOP, "missing-row")])
def test_what_is_missing_behind_an_end_mark_is_lost(hop: str, kind: str) -> None:
    verdict = behind_run(at=hop, marks_arrive=True).verdict()
    assert verdict.validity is Validity.INVALID
    assert blamed(verdict)[kind] == {hop: 1}
    assert not any("had not finished" in why for why in verdict.unknowns)
    assert not any(result.late for result in verdict.hops)


def test_what_waits_for_a_failed_task_is_not_late() -> None:
    verdict = behind_run(at=SINK_HOP, marks_arrive=False).verdict(facts=seen("RUNNING", "FAILED"))
    found = blamed(verdict)
    assert verdict.validity is Validity.INVALID
    assert found["failed-task"] == {SINK_HOP: 1}
    assert {result.hop: result.failed for result in verdict.hops if result.failed} == {
        SINK_HOP: "task 0"
    }
    # The mark is missing as well.
    assert found["missing-row"] == {SINK_HOP: 2}
    (told,) = (finding for finding in verdict.findings if finding.kind == "failed-task")
    assert TRACE in " ".join(told.examples[0].because)


def test_what_the_source_will_never_hand_out_is_not_late() -> None:
    why = "the server has given up its replication slot: wal_removed"
    read = everything_read(pipeline())
    facts = msgspec.structs.replace(read, cut_off={TOPICS: why})
    verdict = behind_run(at=FEED_HOP, marks_arrive=False).verdict(facts=facts)
    assert verdict.validity is Validity.INVALID
    assert blamed(verdict)["missed-change"] == {FEED_HOP: 2}  # the mark is missing as well
    (told,) = (finding for finding in verdict.findings if finding.kind == "missed-change")
    assert told.examples[0].because[-1] == f"and none can come: {why}"
    # Behind it the copies had not got what the topics do not have.
    assert {result.hop for result in verdict.hops if result.late} == {SINK_HOP, CACHE_HOP}


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        (seen("RUNNING", "FAILED", "RUNNING"), False),
        (seen("RUNNING", "UNASSIGNED"), False),
        (seen("FAILED"), True),
        (seen("RUNNING", "FAILED", task="connector"), True),
    ],
)
def test_a_task_counts_as_it_was_in_the_end(facts: Facts, *, shown: bool) -> None:
    run = Run()
    run.put(1)
    run.captured()
    run.copied()
    assert run.verdict(facts=facts).shows("failed-task") is shown


def test_a_binary_log_that_could_not_be_read_accuses_nobody() -> None:
    run = Run()
    first = run.flow.write("writer", ("orders", 1), ("orders", 2))
    second = run.flow.write("writer", ("orders", 1))
    run.flow.write("writer", ("orders", 2), delete=True)
    changes = [
        Change(table="orders", key=1, version=first, before=NOTHING),
        Change(table="orders", key=2, version=first, before=NOTHING),
        Change(table="orders", key=1, version=second, before=first),
        Change(table="orders", key=2, version=NOTHING, before=first),
    ]
    run.flow.events(TOPICS, LOG, changes)
    for place in (SINK, CACHE):
        run.flow.rows(place, {("orders", 1): second})
        run.flow.read("reader", place, ("orders", 1), first)
        run.flow.read("reader", place, ("orders", 1), second)
    whole = everything_read(pipeline())
    facts = msgspec.structs.replace(
        whole,
        drained=tuple(place for place in whole.drained if place != SOURCE),
        unread={SOURCE: "an event of type 99"},
    )
    verdict = run.verdict(facts=facts)
    assert blamed(verdict) == {}
    assert verdict.validity is Validity.UNKNOWN
    assert verdict.unknowns[0] == "the final read of mysql is not complete: an event of type 99"


def test_the_first_reason_is_what_the_database_said() -> None:
    run = Run()
    for key in range(4):
        run.flow.write("writer", ("orders", key), outcome="fail", error="mysql:3819")
    run.put(9)
    run.captured()
    run.copied()
    facts = msgspec.structs.replace(
        everything_read(pipeline()), unknowns=("the baseline is unhealthy: 1 of 200",)
    )
    verdict = run.verdict(facts=facts)
    assert verdict.validity is Validity.UNKNOWN
    assert verdict.unknowns[0] == "4 of 5 writes to the source failed with mysql:3819"
