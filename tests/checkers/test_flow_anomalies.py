"""One bad and one good flow per kind, and the hop that each is blamed on."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import pytest

from harness.checkers.verdict.claims import CLAIMS
from harness.history.flow_build import Change
from harness.history.history import NOTHING
from harness.model.facts import Facts
from harness.model.pipeline.paths import Copy, Path
from harness.model.verdict import Validity
from tests.checkers.flows import (
    CACHE,
    CACHE_HOP,
    FEED_HOP,
    LOG,
    REDIS,
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
)
from tests.checkers.verdicts import OF_PIPELINES


class Case(Protocol):
    """Writes the bad or the good flow of a case."""

    __name__: str

    def __call__(self, run: Run, *, bad: bool) -> None: ...


Found: TypeAlias = dict[str, dict[str, int]]

CASES: list[tuple[Found, Case]] = []


def shows(**found: dict[str, int]) -> Callable[[Case], Case]:
    """What the bad flow of a case shows; the good one shows nothing."""

    def add(case: Case) -> Case:
        CASES.append(({kind.replace("_", "-"): hops for kind, hops in found.items()}, case))
        return case

    return add


@shows(missed_change={FEED_HOP: 1}, broken_chain={FEED_HOP: 1})
def an_update_in_the_middle_is_missed(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.put(1)
    run.put(1)
    run.captured(*([1] if bad else []))
    run.copied()


@shows(missed_change={FEED_HOP: 1}, missing_row={FEED_HOP: 1}, torn_transaction={FEED_HOP: 1})
def a_missed_insert_is_missing_because_of_the_feed(run: Run, *, bad: bool) -> None:
    run.put(1, 2)
    run.captured(*([1] if bad else []))
    run.copied(CACHE)
    rows = run.flow.state()
    run.flow.rows(SINK, {("orders", 1): rows["orders", 1]} if bad else rows)


@shows(unlogged_change={SOURCE_HOP: 1}, missing_row={SOURCE_HOP: 1})
def a_row_that_was_written_past_the_binary_log(run: Run, *, bad: bool) -> None:
    run.put(1)
    version = run.flow.write("writer", ("orders", 2))
    if not bad:
        run.flow.commit(("orders", 2, version))
    run.captured()
    run.flow.rows(SOURCE, {**run.flow.state(), ("orders", 2): version})
    for place in (SINK, CACHE):
        run.flow.rows(place, run.flow.state())


@shows(unlogged_change={SOURCE_HOP: 1}, resurrected_row={SOURCE_HOP: 2})
def a_row_that_was_removed_past_the_binary_log(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.put(2)
    if bad:
        run.flow.write("writer", ("orders", 2), delete=True)
    else:
        run.drop(2)
    run.captured()
    rows = run.flow.state()
    run.flow.rows(SOURCE, {("orders", 1): rows["orders", 1]})
    for place in (SINK, CACHE):
        run.flow.rows(place, rows)


@shows(unlogged_change={SOURCE_HOP: 1}, stale_row={SOURCE_HOP: 2})
def a_row_that_was_changed_past_the_binary_log(run: Run, *, bad: bool) -> None:
    run.put(1)
    version = run.flow.write("writer", ("orders", 1))
    if not bad:
        run.flow.commit(("orders", 1, version))
    run.captured()
    run.flow.rows(SOURCE, {("orders", 1): version})
    for place in (SINK, CACHE):
        run.flow.rows(place, run.flow.state())


@shows(missed_change={FEED_HOP: 1})
def a_row_that_the_snapshot_left_out(run: Run, *, bad: bool) -> None:
    # Rows 1 and 2 were there before the connector; row 3 came and went before it looked.
    run.put(1)
    run.put(2)
    run.put(3)
    run.drop(3)
    op = run.flow.drain(TOPICS)
    run.put(1)
    for change in run.flow.changes[: 1 if bad else 2]:
        run.flow.event(TOPICS, LOG, change, "snapshot", op=op)
    run.flow.event(TOPICS, LOG, run.flow.changes[-1], op=op)
    run.copied()


@shows(phantom_change={FEED_HOP: 1})
def an_event_of_a_transaction_that_was_rolled_back(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.captured()
    version = run.flow.write("writer", ("orders", 2), outcome="fail")
    if bad:
        undone = Change(table="orders", key=2, version=version, before=NOTHING)
        run.flow.events(TOPICS, LOG, [undone])
    run.copied()


@shows(phantom_change={FEED_HOP: 1}, broken_chain={FEED_HOP: 1})
def an_event_with_another_before_image(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.put(1)
    first, second = run.flow.changes
    wrong = Change(table="orders", key=1, version=second.version, before=77)
    run.flow.events(TOPICS, LOG, [first, wrong if bad else second])
    run.copied()


@shows(altered_row={FEED_HOP: 1, SINK_HOP: 1})
def digits_that_are_lost_in_the_topics_or_behind_them(run: Run, *, bad: bool) -> None:
    versions = {key: run.put(key) for key in (1, 2)}
    run.captured()
    run.copied()
    for key, version in versions.items():
        row = ("orders", key)
        run.flow.cells(SOURCE, row, version, amount="12.3456")
        run.flow.cells(TOPICS, row, version, amount="12.34" if bad and key == 1 else "12.3456")
        run.flow.cells(SINK, row, version, amount="12.34" if bad else "12.3456")


@shows(phantom_change={FEED_HOP: 1}, lost_change={SOURCE_HOP: 1}, foreign_row={SOURCE_HOP: 2})
def a_database_that_loses_what_its_binary_log_handed_out(run: Run, *, bad: bool) -> None:
    old = run.put(1)
    run.put(1)
    run.captured()
    state = run.flow.state()
    run.flow.rows(SOURCE, {("orders", 1): old} if bad else state)
    run.flow.rows(SINK, state)
    run.flow.rows(CACHE, state)


@shows(duplicate_change={FEED_HOP: 2})
def a_replay_after_a_crash(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.put(1)
    run.drop(1)
    run.captured()
    if bad:
        run.flow.events(TOPICS, LOG, run.flow.changes[1:])
    run.copied()


@shows(duplicate_change={FEED_HOP: 1})
def a_row_that_is_shown_and_streamed(run: Run, *, bad: bool) -> None:
    run.put(1)
    op = run.flow.drain(TOPICS)
    if bad:
        run.flow.event(TOPICS, LOG, run.flow.changes[0], "snapshot", op=op)
    run.captured()
    run.copied()


@shows(reordered_change={FEED_HOP: 1}, broken_chain={FEED_HOP: 2}, stale_row={FEED_HOP: 1})
def events_in_another_order(run: Run, *, bad: bool) -> None:
    run.put(1)
    old = run.put(1)
    run.put(1)
    first, second, third = run.flow.changes
    order = [first, third, second] if bad else [first, second, third]
    run.flow.events(TOPICS, LOG, order)
    run.copied(CACHE)
    run.flow.rows(SINK, {("orders", 1): old} if bad else run.flow.state())


@shows(missing_tombstone={FEED_HOP: 1})
def a_delete_without_a_tombstone(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.drop(1)
    run.put(1)
    op = run.flow.drain(TOPICS)
    insert, delete, again = run.flow.changes
    run.flow.event(TOPICS, LOG, insert, op=op)
    run.flow.event(TOPICS, LOG, delete, op=op)
    if not bad:
        run.flow.event(TOPICS, LOG, delete, op=op)  # sent again, before its tombstone
        run.flow.event(TOPICS, LOG, delete, "tombstone", op=op)
    run.flow.event(TOPICS, LOG, again, op=op)
    run.copied()


@shows(undecodable={FEED_HOP: 1})
def a_record_that_nobody_can_read(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.captured()
    if bad:
        op = run.flow.drain(TOPICS)
        run.flow.event(TOPICS, LOG, run.flow.changes[0], "unreadable", op=op)
    run.copied()


@shows(missing_row={SINK_HOP: 1})
def a_row_that_the_sink_lost_and_a_cache_may_lack(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.put(2)
    run.captured()
    run.flow.rows(SOURCE, run.flow.state())
    rows = {("orders", 1): run.flow.state()["orders", 1]}
    run.flow.rows(SINK, rows if bad else run.flow.state())
    run.flow.rows(CACHE, rows)


@shows(resurrected_row={SINK_HOP: 1})
def a_removed_row_that_lives_on(run: Run, *, bad: bool) -> None:
    version = run.put(1)
    run.drop(1)
    run.captured()
    run.copied(CACHE)
    run.flow.rows(SINK, {("orders", 1): version} if bad else {})


@shows(resurrected_row={FEED_HOP: 2}, missed_change={FEED_HOP: 1})
def a_removal_that_the_feed_never_told(run: Run, *, bad: bool) -> None:
    version = run.put(1)
    run.drop(1)
    run.captured(*([1] if bad else []))
    run.flow.rows(SOURCE, {})
    for place in (SINK, CACHE):
        run.flow.rows(place, {("orders", 1): version} if bad else {})


@shows(extra_row={SINK_HOP: 1})
def a_row_that_never_was(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.captured()
    run.copied(CACHE)
    rows = run.flow.state()
    run.flow.rows(SINK, {**rows, ("orders", 9): 99} if bad else rows)


@shows(stale_row={CACHE_HOP: 1})
def a_cache_that_is_stale_for_ever(run: Run, *, bad: bool) -> None:
    old = run.put(1)
    run.put(1)
    run.captured()
    run.copied(SINK)
    run.flow.rows(CACHE, {("orders", 1): old} if bad else {})


@shows(foreign_row={CACHE_HOP: 1})
def a_version_that_nobody_wrote(run: Run, *, bad: bool) -> None:
    run.put(1)
    run.captured()
    run.copied(SINK)
    run.flow.rows(CACHE, {("orders", 1): 4711} if bad else {("orders", 1): NOTHING})


@shows(duplicate_row={SINK_HOP: 1})
def two_rows_of_one_key(run: Run, *, bad: bool) -> None:
    old = run.put(1)
    new = run.put(1)
    run.captured()
    run.copied(CACHE)
    row = ("orders", 1)
    run.flow.rows(SINK, [(row, new), (row, old)] if bad else [(row, new)])


@shows(nonmonotonic_sighting={SINK_HOP: 1})
def a_reader_that_goes_back(run: Run, *, bad: bool) -> None:
    old = run.put(1)
    new = run.put(1)
    run.captured()
    for version in (old, new, old) if bad else (old, old, new):
        run.flow.read("reader", SINK, ("orders", 1), version)
    run.flow.read("another", SINK, ("orders", 1), old)
    run.copied()


@shows(nonmonotonic_sighting={SINK_HOP: 2})
def a_row_that_vanishes_and_comes_back(run: Run, *, bad: bool) -> None:
    row = ("orders", 1)
    run.flow.read("reader", SINK, row, NOTHING)
    old = run.put(1)
    run.flow.read("reader", SINK, row, old)
    if bad:
        run.flow.read("reader", SINK, row, NOTHING)
    run.drop(1)
    run.flow.read("reader", SINK, row, NOTHING)
    new = run.put(1)
    run.flow.read("reader", SINK, row, old if bad else new)
    run.flow.read("cache-reader", CACHE, row, new)
    run.flow.read("cache-reader", CACHE, row, NOTHING)
    run.captured()
    run.copied()


@shows(stale_beyond_bound={CACHE_HOP: 1})
def a_cache_staler_than_promised(run: Run, *, bad: bool) -> None:
    old = run.put(1)
    run.put(1)
    acknowledged_ns = run.flow.build.now_ns
    late_ns = acknowledged_ns + (1_000_000_001 if bad else 1_000_000_000)
    run.flow.read("reader", CACHE, ("orders", 1), old, invoke_ns=late_ns)
    run.captured()
    run.copied()


@shows(lost_change={SOURCE_HOP: 1})
def a_write_that_the_source_forgot(run: Run, *, bad: bool) -> None:
    run.put(1)
    version = run.flow.write("writer", ("orders", 2), outcome="ok" if bad else "info")
    assert version
    run.captured()
    run.copied()


@shows(lost_change={SOURCE_HOP: 1})
def a_removal_that_the_source_forgot(run: Run, *, bad: bool) -> None:
    run.put(1)
    if bad:
        run.flow.write("writer", ("orders", 1), delete=True)
        run.put(1)
    run.drop(1)
    run.put(1)
    run.captured()
    run.copied()


@pytest.mark.parametrize(("found", "case"), CASES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_bad_flow_shows_its_kinds_at_their_hops(found: Found, case: Case) -> None:
    run = Run()
    case(run, bad=True)
    verdict = run.verdict()
    assert blamed(verdict) == found
    assert verdict.validity is Validity.INVALID
    for finding in verdict.findings:
        assert all(example.because for example in finding.examples)
        assert {example.hop for example in finding.examples} == set(finding.hops)


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=lambda case: case.__name__)
def test_a_good_flow_shows_nothing_that_counts(case: Case) -> None:
    run = Run()
    case(run, bad=False)
    verdict = run.verdict()
    assert set(blamed(verdict)) <= {"duplicate-change"}  # one case repeats a delete on purpose
    hops = {result.hop: result for result in verdict.hops}
    assert all(result.lost + result.stale + result.foreign == 0 for result in hops.values())


def test_every_kind_of_a_pipeline_has_a_hand_written_flow() -> None:
    # See test_pipeline_endings, test_skipped_record, test_schema_ids and test_right_names.
    elsewhere = {"failed-task", "refused-row", "skipped-record", "repeated-snapshot"}
    elsewhere |= set(CLAIMS["schema-ids"].contradicted_by)
    assert {kind for found, _ in CASES for kind in found} == OF_PIPELINES - elsewhere


def test_the_hop_table_counts_what_each_hop_did() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    old = run.put(3)
    run.put(3)
    run.captured(1)
    run.flow.rows(SOURCE, run.flow.state())
    one = run.flow.state()["orders", 1]
    run.flow.rows(SINK, {("orders", 1): one, ("orders", 3): old})
    run.flow.rows(CACHE, {("orders", 1): one})
    results = {result.hop: result for result in run.verdict().hops}
    assert list(results) == [SOURCE_HOP, FEED_HOP, SINK_HOP, CACHE_HOP]
    told = {
        hop: (each.expected, each.delivered, each.lost, each.stale, each.inherited)
        for hop, each in results.items()
    }
    assert told == {
        SOURCE_HOP: (4, 4, 0, 0, 0),
        FEED_HOP: (4, 3, 1, 0, 0),
        SINK_HOP: (3, 1, 0, 1, 1),
        CACHE_HOP: (3, 1, 0, 0, 0),
    }
    assert results[FEED_HOP].examples[0].startswith("missed-change: transaction 1 inserted row 2")


def test_an_anomaly_names_its_proof() -> None:
    run = Run()
    old = run.put(1)
    new = run.put(1)
    run.captured()
    run.flow.rows(SOURCE, run.flow.state())
    held = run.flow.rows(SINK, {("orders", 1): old})
    (finding,) = run.verdict().findings
    (example,) = finding.examples
    assert (example.hop, example.keys, example.values) == (SINK_HOP, (1,), (new, old))
    assert example.operations == (new, held)
    by = "written by operation 1 (writer), acknowledged at 4.000 ms"
    said = (
        f"transaction 1 changed row 1 of orders from version 0 to version 1, {by}, its last change",
        "yet main/sink holds row 1 of orders as version 0 in the end",
        f"main/topics told it better: {SINK_HOP} broke it",
    )
    assert example.because == said


def test_what_was_not_read_is_no_evidence_of_absence() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    run.captured(1)
    verdict = run.verdict(facts=Facts())
    assert blamed(verdict) == {}
    assert verdict.validity is Validity.UNKNOWN
    assert f"the final read of {SINK} is not complete" in verdict.unknowns


def test_where_topics_were_not_read_nobody_knows_which_hop() -> None:
    run = Run()
    old = run.put(1)
    run.put(1)
    run.flow.rows(SOURCE, run.flow.state())
    run.flow.rows(SINK, {("orders", 1): old})
    verdict = run.verdict(facts=Facts(drained=(SOURCE, SINK)))
    assert blamed(verdict) == {"stale-row": {"unknown": 1}}


def test_a_feed_that_polls_owes_what_a_row_is_in_the_end() -> None:
    scenario = pipeline(feed=feed("jdbc"), copies=())
    hop = f"{SOURCE} → {TOPICS} (jdbc)"
    run = Run()
    run.put(1)
    run.put(1)
    run.put(2)
    run.put(3)
    run.drop(3)
    run.put(4)
    run.drop(4)
    run.put(2)
    op = run.flow.drain(TOPICS)
    # Overwritten and never shown: fine. Row 4 was shown, its removal not; row 2 stays as it was.
    for number in (1, 2, 5):
        run.flow.event(TOPICS, LOG, run.flow.changes[number], "snapshot", op=op)
    run.flow.rows(SOURCE, run.flow.state())
    assert blamed(run.verdict(scenario)) == {"missed-change": {hop: 2}}


def test_a_setting_of_one_path_excuses_no_other() -> None:
    careless = Path(name="other", feed=feed("binlog", exactly_once_support="disabled"))
    scenario = pipeline(copies=(), more=(careless,))
    other = "other/topics"
    run = Run()
    run.put(1)
    run.flow.events(TOPICS, LOG)
    run.flow.events(other, "other-0")
    run.flow.events(other, "other-0")
    run.flow.rows(SOURCE, run.flow.state())
    (finding,) = run.verdict(scenario).findings
    assert (finding.kind, finding.counts) == ("duplicate-change", False)
    run.flow.events(TOPICS, LOG)
    (finding,) = run.verdict(scenario).findings
    assert (finding.counts, finding.permitted_by) == (True, ())


def test_one_change_in_two_tables_is_torn_between_them() -> None:
    run = Run()
    op = run.flow.write("writer", ("orders", 1), ("items", 1))
    run.flow.commit(("orders", 1, op), ("items", 1, op))
    run.captured(0)
    run.flow.rows(SOURCE, run.flow.state())
    found = blamed(run.verdict(pipeline(copies=())))
    assert found == {"missed-change": {FEED_HOP: 1}, "torn-transaction": {FEED_HOP: 1}}


def test_a_bound_is_a_promise_and_staleness_is_measured_without_one() -> None:
    run = Run()
    old = run.put(1)
    run.put(1)
    acknowledged_ns = run.flow.build.now_ns
    run.flow.read("reader", CACHE, ("orders", 1), old, invoke_ns=acknowledged_ns + 2_500_000_000)
    run.captured()
    run.copied()
    unbounded = Copy(kind="redis", name=REDIS.name, holds="cached")
    verdict = run.verdict(pipeline(copies=(unbounded,)), everything_read(pipeline()))
    assert blamed(verdict) == {}
    (checked,) = (each for each in verdict.checkers if each.checker == "stale-beyond-bound")
    assert checked.statistics[f"staleness_ms_max[{CACHE}]"] == 2_500
