"""What is found has the right name, at the right hop, and the setting that permits it."""

from dataclasses import replace

import msgspec
import pytest

from harness.history.flow_build import Change
from harness.history.history import NOTHING
from harness.model.facts import Facts, TaskEvent
from harness.model.pipeline.paths import Feed
from harness.model.verdict import Validity
from tests.checkers.flows import (
    CACHE,
    FEED_HOP,
    LOG,
    SINK,
    SINK_HOP,
    SOURCE,
    SOURCE_HOP,
    TOPICS,
    Run,
    blamed,
    everything_read,
    feed,
    pipeline,
    sink,
)


def shown_twice(*, streamed: bool) -> Run:
    """Two rows that a snapshot shows, and then another one, or the stream."""
    run = Run()
    run.put(1)
    run.put(2)
    op = run.flow.drain(TOPICS)
    for change in run.flow.changes:
        run.flow.event(TOPICS, LOG, change, "snapshot", op=op)
    for change in run.flow.changes:
        run.flow.event(TOPICS, LOG, change, None if streamed else "snapshot", op=op)
    run.copied()
    return run


def test_a_snapshot_that_is_taken_again_repeats_rows_by_its_setting() -> None:
    verdict = shown_twice(streamed=False).verdict()
    assert blamed(verdict) == {"repeated-snapshot": {FEED_HOP: 2}}
    assert verdict.findings[0].permitted_by[0].startswith("snapshot.mode=initial of main")
    assert verdict.validity is Validity.VALID


@pytest.mark.parametrize(
    ("claim", "validity"),
    [("snapshot-once", Validity.INVALID), ("capture-once", Validity.VALID)],
)
def test_a_repeated_snapshot_is_held_against_who_claims_that_it_is_taken_once(
    claim: str, validity: Validity
) -> None:
    assert shown_twice(streamed=False).verdict(pipeline(claims=(claim,))).validity is validity


def test_a_feed_that_takes_no_snapshot_is_excused_by_none() -> None:
    verdict = shown_twice(streamed=False).verdict(pipeline(feed=feed(snapshot_mode="no_data")))
    assert verdict.validity is Validity.INVALID


def test_what_is_streamed_again_is_a_duplicate() -> None:
    verdict = shown_twice(streamed=True).verdict()
    assert verdict.validity is Validity.INVALID
    assert blamed(verdict) == {"duplicate-change": {FEED_HOP: 2}}


REFUSED = (
    "ConnectException: / Caused by: java.sql.BatchUpdateException: Duplicate entry '7' for key"
)
REFUSED_BY_POSTGRES = (
    "ConnectException: / Caused by: java.sql.BatchUpdateException: ERROR: null value in column "
    '"note" of relation "orders" violates not-null constraint'
)
UNDECODABLE = (
    "ConnectException: / Caused by: IllegalStateException: artifact reference cannot be null"
)
GONE = "ConnectException: / Caused by: CommunicationsException: Communications link failure"
INSERTS = sink(insert_mode="insert")


def ended(trace: str) -> Facts:
    """Facts of a run whose sink FAILED with that trace."""
    event = TaskEvent(time_ns=1, place=SINK, task="task 0", state="FAILED", trace=trace)
    read = everything_read(pipeline(copies=(INSERTS,)))
    return msgspec.structs.replace(read, tasks=(event,))


@pytest.mark.parametrize(
    ("trace", "kind", "setting"),
    [
        (REFUSED, "refused-row", "insert.mode=insert"),
        (REFUSED_BY_POSTGRES, "refused-row", "insert.mode=insert"),
        (GONE, "failed-task", "auto_restart=false"),
        (UNDECODABLE, "failed-task", "auto_restart=false"),
    ],
)
def test_a_task_says_itself_why_it_failed(trace: str, kind: str, setting: str) -> None:
    run = Run()
    run.put(1)
    run.captured()
    run.copied(SINK)
    verdict = run.verdict(pipeline(copies=(INSERTS,)), ended(trace))
    (finding,) = verdict.findings
    assert (finding.kind, finding.hops) == (kind, {SINK_HOP: 1})
    assert [reason.partition(" of ")[0].partition(":")[0] for reason in finding.permitted_by] == [
        setting
    ]
    held = run.verdict(pipeline(copies=(INSERTS,), claims=("running",)), ended(trace))
    assert held.validity is Validity.INVALID


def test_an_upsert_that_is_refused_has_no_setting_to_excuse_it() -> None:
    run = Run()
    run.put(1)
    run.captured()
    run.copied(SINK)
    verdict = run.verdict(pipeline(copies=(sink(),)), ended(REFUSED))
    assert verdict.validity is Validity.INVALID
    assert not verdict.findings[0].permitted_by


def unlogged() -> Run:
    """A row that the source holds and its binary log does not have; no copy has it."""
    run = Run()
    run.put(1)
    version = run.flow.write("writer", ("orders", 2))
    run.captured()
    run.flow.rows(SOURCE, {**run.flow.state(), ("orders", 2): version})
    for place in (SINK, CACHE):
        run.flow.rows(place, run.flow.state())
    return run


def test_what_is_past_the_binary_log_contradicts_capture_and_is_not_lost() -> None:
    verdict = unlogged().verdict()
    validity = {claim.claim: claim.validity for claim in verdict.claims}
    assert validity["capture"] is Validity.INVALID
    assert validity["source-durability"] is Validity.VALID
    told = {each.kind: "; ".join(each.examples[0].because) for each in verdict.findings}
    assert "its binary log, read completely, contains no such change" in told["unlogged-change"]
    assert "without writing to its binary log" in told["missing-row"]
    assert "never had" not in told["missing-row"]


def test_a_row_that_was_removed_past_the_log_and_written_again_is_no_fault_of_its_feed() -> None:
    run = Run()
    run.put(1, 2)
    run.flow.remove_unlogged("orders", 2)
    run.put(2)
    run.captured()
    run.copied()
    verdict = run.verdict()
    assert blamed(verdict) == {"unlogged-change": {SOURCE_HOP: 1}}
    because = verdict.findings[0].examples[0].because
    assert because[-1] == "which does not start from what the first one left"


def test_a_feed_that_breaks_off_where_the_log_does_not_is_at_fault() -> None:
    run = Run()
    run.put(1)
    run.put(1)
    first, second = run.flow.changes
    op = run.flow.drain(TOPICS)
    run.flow.event(TOPICS, LOG, first, op=op)
    run.flow.event(TOPICS, LOG, replace(second, before=NOTHING), op=op)
    run.copied()
    assert "broken-chain" in blamed(run.verdict())


@pytest.mark.parametrize(("row", "phantoms"), [(2, 0), (3, 1)])
def test_a_feed_that_asks_for_rows_may_show_what_the_log_lacks(row: int, phantoms: int) -> None:
    run = Run()
    run.put(1)
    version = run.flow.write("writer", ("orders", 2))
    op = run.flow.drain(TOPICS)
    past_the_log = Change(table="orders", key=row, version=version, before=NOTHING)
    for change in (run.flow.changes[0], past_the_log):
        run.flow.event(TOPICS, LOG, change, "update", op=op)
    run.flow.rows(SOURCE, {**run.flow.state(), ("orders", 2): version})
    found = blamed(run.verdict(pipeline(feed=Feed(kind="polling"), copies=())))
    assert sum(found.get("phantom-change", {}).values()) == phantoms


def test_a_commit_that_the_tables_gave_up_is_still_lost() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    run.captured()
    rows = run.flow.state()
    run.flow.rows(SOURCE, {("orders", 1): rows["orders", 1]})
    for place in (SINK, CACHE):
        run.flow.rows(place, rows)
    found = blamed(run.verdict())
    assert found["lost-change"] == {SOURCE_HOP: 1}
    assert "unlogged-change" not in found


def test_each_lost_write_is_told_by_what_became_of_it() -> None:
    run = Run()
    run.put(1)
    never = run.flow.write("writer", ("orders", 7))
    run.put(2)
    run.captured()
    rows = run.flow.state()
    run.flow.rows(SOURCE, {("orders", 1): rows["orders", 1]})
    for place in (SINK, CACHE):
        run.flow.rows(place, rows)
    (lost,) = (each for each in run.verdict().findings if each.kind == "lost-change")
    told = {example.operations[0]: example.because[-1] for example in lost.examples}
    assert told[never] == "yet the source's binary log, read completely, does not have it"
    assert told[never + 1].endswith("yet the table does not show it in the end")


def test_a_removal_is_lost_when_nothing_behind_its_row_removes_it() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    lost = run.flow.write("writer", ("orders", 1), delete=True)
    run.flow.write("writer", ("orders", 2), delete=True, outcome="info")
    run.flow.write("writer", ("orders", 3), delete=True)  # it was never there
    run.captured()
    run.copied()
    (found,) = (each for each in run.verdict().findings if each.kind == "lost-change")
    assert [example.operations for example in found.examples] == [(lost,)]


def test_a_removal_of_a_row_whose_write_was_never_answered_proves_nothing() -> None:
    run = Run()
    version = run.flow.write("writer", ("orders", 1), outcome="info")
    run.flow.commit(("orders", 1, version))
    run.flow.write("writer", ("orders", 1), delete=True)
    run.captured()
    run.copied()
    assert "lost-change" not in blamed(run.verdict())
