"""Records that a sink cannot use: in its queue, still before it, or passed over."""

import msgspec
import pytest

from harness.checkers.verdict.promises import permitted, promised
from harness.model.facts import Facts, Standing
from harness.model.fault import After, FaultSpec, Step
from harness.model.roles import Leader
from harness.model.scenario import Scenario
from harness.model.verdict import Validity
from tests.checkers.flows import (
    FEED_HOP,
    LOG,
    SINK,
    SINK_HOP,
    TOPICS,
    Run,
    blamed,
    everything_read,
    pipeline,
    sink,
)

POISON = FaultSpec(
    kind="topic.poison",
    target=Leader(topic="main/orders"),
    settings={"topic": "main/orders"},
)
TOLERANT = sink(errors_tolerance="all")
WITH_QUEUE = sink(errors_tolerance="all", errors_deadletterqueue_topic_name="dead")


def poisoned(*, copy: object = TOLERANT, claims: tuple[str, ...] = ("no-skips",)) -> Scenario:
    step = Step(name="poison", after=After(), deed=POISON)
    return msgspec.structs.replace(pipeline(copies=(copy,), claims=claims), steps=(step,))  # type: ignore[arg-type]


def stood(position: int, *letters: int) -> Facts:
    """The sink has done with everything below `position`."""
    standing = Standing(place=SINK, log=LOG, position=position, letters=letters)
    return msgspec.structs.replace(everything_read(poisoned()), standings=(standing,))


def run() -> Run:
    """Two changes, and a record at offset 1 between them that nobody can decode."""
    run = Run()
    run.put(1)
    run.put(2)
    first, second = run.flow.changes
    op = run.flow.drain(TOPICS)
    run.flow.event(TOPICS, LOG, first, op=op)
    run.flow.event(TOPICS, LOG, first, "unreadable", op=op)
    run.flow.event(TOPICS, LOG, second, op=op)
    run.copied(SINK)
    return run


@pytest.mark.parametrize(
    ("facts", "skipped"),
    [
        (stood(3), True),
        (stood(2, 0), True),
        (stood(3, 1), False),
        (stood(1), False),
        (everything_read(poisoned()), False),
    ],
    ids=["passed over", "another is in the queue", "in the queue", "before it", "not known"],
)
def test_a_record_is_skipped_when_it_is_behind_the_sink_and_in_no_queue(
    facts: Facts, *, skipped: bool
) -> None:
    verdict = run().verdict(poisoned(), facts)
    assert verdict.shows("skipped-record") is skipped
    assert (verdict.validity is Validity.INVALID) is skipped
    if skipped:
        assert blamed(verdict)["skipped-record"] == {SINK_HOP: 1}
        (row,) = (row for row in verdict.hops if row.hop == SINK_HOP)
        assert row.lost == 1


def test_what_can_be_decoded_is_for_the_rows_to_show() -> None:
    run = Run()
    run.put(1)
    run.captured()
    run.copied(SINK)
    assert not run.verdict(poisoned(), stood(1)).shows("skipped-record")


def test_a_sink_with_a_queue_promises_to_skip_nothing() -> None:
    assert "no-skips" in promised(pipeline())
    assert "no-skips" in promised(pipeline(copies=(WITH_QUEUE,)))
    assert "no-skips" not in promised(pipeline(copies=(TOLERANT,)))
    assert "without a dead-letter queue" in permitted(poisoned())["skipped-record"][0]


def test_poison_of_the_run_itself_is_nobodys_fault() -> None:
    verdict = run().verdict(poisoned(), stood(3, 1))
    assert blamed(verdict)["undecodable"] == {FEED_HOP: 1}
    assert verdict.validity is Validity.VALID
    claimed = run().verdict(poisoned(claims=("capture",)), stood(3, 1))
    assert claimed.validity is Validity.INVALID
    assert "undecodable" not in permitted(pipeline())


def test_a_sink_that_tolerates_nothing_skips_nothing() -> None:
    assert not run().verdict(poisoned(copy=sink()), stood(3)).shows("skipped-record")
