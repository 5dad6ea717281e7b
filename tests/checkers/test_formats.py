"""What a feed's format cannot say accuses nobody, and what is wrong is found in every format."""

import pytest

from harness.checkers.verdict.judge import judge
from harness.history.flow_build import Change, EventWord
from harness.history.history import NOTHING
from harness.model.pipeline.paths import Feed
from harness.model.value import Settings
from harness.model.verdict import Validity, Verdict
from tests.checkers.flows import (
    CACHE,
    FEED_HOP,
    LOG,
    SINK,
    TOPICS,
    Run,
    blamed,
    everything_read,
    pipeline,
)

UNWRAP: Settings = {
    "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
}
HANDLING = "transforms.unwrap.delete.tombstone.handling.mode"
KINDS: dict[str, EventWord] = {"insert": "row", "update": "row", "delete": "removal"}


class Unwrapped(Run):
    """A flow whose feed writes rows and removals that say no more than that."""

    def captured(self, *order: int, kinds: dict[str, EventWord] = KINDS) -> None:
        """The topics hold events of these changes, in this order; none given: of all."""
        op = self.flow.drain(TOPICS)
        for at in order or range(len(self.flow.changes)):
            change = self.flow.changes[at]
            self.flow.event(TOPICS, LOG, change, kinds[change.kind], op=op)

    def judged(self, settings: Settings | None = None, *claims: str) -> Verdict:
        return self.verdict(
            pipeline(feed=Feed(kind="debezium", settings=settings or UNWRAP), claims=claims)
        )


def story() -> Unwrapped:
    """Two rows: one is changed, removed and put in again; the other one stays."""
    run = Unwrapped()
    run.put(1)  # 0
    run.put(2)  # 1
    run.put(1)  # 2
    run.drop(1)  # 3
    run.put(1)  # 4
    run.drop(1)  # 5
    run.put(1)  # 6
    run.copied()
    return run


def test_rows_and_removals_that_are_all_there_are_right() -> None:
    run = story()
    run.captured()
    verdict = run.judged()
    assert verdict.validity is Validity.VALID
    assert [each.claim for each in verdict.claims].count("change-order") == 0
    feed = next(each for each in verdict.hops if each.hop == FEED_HOP)
    assert (feed.expected, feed.delivered) == (7, 7)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ((0, 1, 2, 4, 5, 6), {"missed-change": 1}),  # a removal
        ((0, 1, 2, 3, 5, 6), {"missed-change": 1}),  # a row between two removals
        ((0, 1, 2, 3, 4, 5), {"missed-change": 1}),  # the last row
        ((0, 1, 2, 3, 2, 3, 4, 5, 6), {"duplicate-change": 2}),  # a replay
        ((0, 1, 2, 3, 4, 5, 5, 6), {"duplicate-change": 1}),  # the last removal twice
        ((0, 1, 2, 3, 3, 4, 5, 6), {"duplicate-change": 1}),  # the first one twice
        ((0, 1, 2, 3, 6, 4, 5), {"reordered-change": 2}),
    ],
)
def test_what_is_lost_doubled_or_out_of_order_is_found(
    order: tuple[int, ...], found: dict[str, int]
) -> None:
    run = story()
    run.captured(*order)
    verdict = run.judged({**UNWRAP, "snapshot.mode": "no_data"})
    counted = {each.kind: each.count for each in verdict.findings}
    assert {kind: counted.get(kind, 0) for kind in found} == found
    assert set(counted) <= {*found, "resurrected-row", "stale-row", "missing-row"}


def test_a_removal_of_a_row_that_nobody_removed_is_a_phantom() -> None:
    run = Unwrapped()
    run.put(1)
    run.captured(0)
    (change,) = run.flow.changes
    run.flow.event(TOPICS, LOG, change, "removal", op=run.flow.drain(TOPICS))
    run.copied()
    assert blamed(run.judged())["phantom-change"] == {FEED_HOP: 1}


def test_what_a_snapshot_shows_owes_nothing_of_what_was_before() -> None:
    run = Unwrapped()
    run.put(1)
    run.put(1)  # the snapshot shows this one
    run.put(2)
    run.put(1)
    run.captured(1, 2, 3)
    run.copied()
    assert run.judged().validity is Validity.VALID
    late = Unwrapped()
    late.put(1)
    late.put(1)
    late.put(1)
    late.put(1)
    late.captured(1, 3)
    late.copied()
    assert blamed(late.judged())["missed-change"] == {FEED_HOP: 1}


def test_a_claim_that_needs_the_row_before_is_unknown_and_no_other() -> None:
    run = story()
    run.captured()
    scenario = pipeline(
        feed=Feed(kind="debezium", settings=UNWRAP), claims=("capture", "change-order")
    )
    verdict = judge(run.flow.history(), everything_read(scenario), scenario)
    assert verdict.validity is Validity.UNKNOWN
    assert "do not say what a row was before" in verdict.unknowns[0]
    assert {each.claim: each.validity for each in verdict.claims} == {
        "capture": Validity.VALID,
        "change-order": Validity.UNKNOWN,
    }


def test_removals_that_are_rewritten_say_what_was_there() -> None:
    run = story()
    run.captured(kinds={**KINDS, "delete": "delete"})
    rewrite = {**UNWRAP, HANDLING: "rewrite"}
    assert run.judged(rewrite).validity is Validity.VALID
    with_tombstones = run.judged({**UNWRAP, HANDLING: "rewrite-with-tombstone"})
    assert blamed(with_tombstones) == {"missing-tombstone": {FEED_HOP: 2}}


def test_a_rewritten_removal_that_does_not_go_on_is_a_broken_chain() -> None:
    run = Unwrapped()
    run.put(1)
    run.put(1)
    run.drop(1)
    run.captured(0, 2, kinds={**KINDS, "delete": "delete"})
    run.copied()
    rewrite = {**UNWRAP, HANDLING: "rewrite", "snapshot.mode": "no_data"}
    assert blamed(run.judged(rewrite))["broken-chain"] == {FEED_HOP: 1}


def test_removals_that_are_dropped_are_missed_with_leave() -> None:
    run = story()
    run.captured(0, 1, 2, 4, 6)
    verdict = run.judged({**UNWRAP, HANDLING: "drop"})
    assert verdict.validity is Validity.VALID
    (missed,) = (each for each in verdict.findings if each.kind == "missed-change")
    assert missed.count == 2
    assert "removals are dropped at the feed" in missed.permitted_by[0]


def test_records_that_say_too_little_prove_nothing() -> None:
    run = story()
    op = run.flow.drain(TOPICS)
    for change in run.flow.changes:
        run.flow.event(TOPICS, LOG, change, "opaque", op=op)
    scenario = pipeline(feed=Feed(kind="debezium", settings=UNWRAP))
    verdict = judge(run.flow.history(), everything_read(scenario), scenario)
    assert verdict.validity is Validity.UNKNOWN
    assert verdict.findings == ()
    assert any("7 records do not say of which row" in each for each in verdict.unknowns)


SIGNALS: Settings = {"signal.data.collection": "src.signals"}


def test_what_a_snapshot_on_demand_shows_again_is_no_duplicate() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    run.put(1)
    run.captured()
    run.flow.event(TOPICS, LOG, run.flow.changes[2], "snapshot", op=run.flow.drain(TOPICS))
    run.copied()
    asked = run.verdict(pipeline(feed=Feed(kind="debezium", settings=SIGNALS)))
    assert asked.validity is Validity.VALID
    unasked = run.verdict(pipeline())
    assert blamed(unasked) == {"duplicate-change": {FEED_HOP: 1}}
    run.flow.event(TOPICS, LOG, run.flow.changes[1], op=run.flow.drain(TOPICS))
    again = run.verdict(pipeline(feed=Feed(kind="debezium", settings=SIGNALS)))
    assert blamed(again) == {"duplicate-change": {FEED_HOP: 1}}


def test_without_a_first_snapshot_one_on_demand_shows_what_is_left() -> None:
    run = Run()
    run.put(1)
    run.put(2)
    run.put(3)  # the connector follows from here on
    run.put(1)
    run.captured(0, 1)
    run.flow.event(TOPICS, LOG, run.flow.changes[1], "snapshot", op=run.flow.drain(TOPICS))
    run.copied()
    settings: Settings = {**SIGNALS, "snapshot.mode": "no_data"}
    assert run.verdict(pipeline(feed=Feed(kind="debezium", settings=settings))).findings == ()


def test_an_outbox_owes_what_is_put_in_and_not_what_is_taken_out() -> None:
    outbox: Settings = {
        "transforms": "outbox",
        "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    }
    run = Unwrapped()
    for key in (1, 2, 3):
        run.put(key)
        run.drop(key)
    run.captured(0, 2, 4)
    run.copied(CACHE, SINK)
    feed = Feed(kind="debezium", settings=outbox)
    assert run.verdict(pipeline(feed=feed)).findings == ()
    lost = Unwrapped()
    for key in (1, 2, 3):
        lost.put(key)
        lost.drop(key)
    lost.captured(0, 4)
    lost.copied(CACHE, SINK)
    assert blamed(lost.verdict(pipeline(feed=feed))) == {"missed-change": {FEED_HOP: 1}}


def test_a_table_beside_an_outbox_owes_all_its_changes() -> None:
    predicate = "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"
    beside: Settings = {
        "transforms": "outbox",
        "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
        "transforms.outbox.predicate": "boxed",
        "predicates": "boxed",
        "predicates.boxed.type": predicate,
        "predicates.boxed.pattern": "${TOPIC_PREFIX}.*items",
    }
    run = Run()
    run.put(1)
    run.put(1)
    run.put(1, table="items")
    run.drop(1, table="items")
    run.captured(1, 3)
    run.copied()
    settings: Settings = {**beside, "snapshot.mode": "no_data"}
    found = blamed(run.verdict(pipeline(feed=Feed(kind="debezium", settings=settings))))
    assert found["missed-change"] == {FEED_HOP: 1}


def test_an_update_that_overtakes_is_found_though_rows_say_no_before() -> None:
    run = Unwrapped()
    run.put(1)
    run.put(1)
    run.put(1)
    run.captured(0, 2, 1)
    run.flow.rows("mysql", run.flow.state())
    stale = dict.fromkeys(run.flow.state(), run.flow.changes[1].version)
    run.flow.rows(SINK, stale)
    run.flow.rows(CACHE, stale)
    found = blamed(run.judged())
    assert found["reordered-change"] == {FEED_HOP: 1}
    assert found["stale-row"] == {FEED_HOP: 2}


def test_an_update_that_changes_the_key_of_its_events_is_a_delete_and_an_insert() -> None:
    run = Run()
    run.put(1)
    run.put(1)
    run.drop(1)
    inserted, updated, deleted = run.flow.changes
    op = run.flow.drain(TOPICS)
    half = Change(table="orders", key=1, version=NOTHING, before=inserted.version)
    events: list[tuple[Change, EventWord]] = [
        *((inserted, "insert"), (half, "delete"), (half, "tombstone")),
        *((updated, "row"), (deleted, "delete"), (deleted, "tombstone")),
    ]
    for change, kind in events:
        run.flow.event(TOPICS, LOG, change, kind, op=op)
    run.copied()
    moved = Feed(kind="debezium", settings={"message.key.columns": "src.orders:customer"})
    assert run.verdict(pipeline(feed=moved)).findings == ()
    assert blamed(run.verdict(pipeline())) == {"phantom-change": {FEED_HOP: 1}}
