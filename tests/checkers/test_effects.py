"""What a run showed in four words: counts by effect and place, and what a share is a share of."""

import msgspec
import pytest

from harness.checkers.verdict.effects import sample, sought
from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.pipeline.traffic import Writers
from harness.model.workload import Producers
from tests.checkers.flows import SINK, SOURCE, Run, pipeline
from tests.checkers.verdicts import drained, scenario

ACKS_1 = Producers(name="p", topic="orders", settings={"acks": 1})


def test_records_of_producers_are_counted_by_what_became_of_them() -> None:
    build = HistoryBuilder()
    build.process("p", client="producer", kind="p")
    for value in range(5):
        build.send("p", value, log="orders-0", offset=value)
    build.send("p", 5, topic="orders", outcome="fail")
    records = [("orders-0", offset, offset) for offset in (0, 1, 2)]
    build.poll("c", records)
    build.drain("d", [*records, ("orders-0", 5, 5)])
    verdict = judge(build.history(), drained(6), scenario(producers=ACKS_1))
    seen = sample(verdict, "the-run", 7)
    assert (seen.run, seen.seed, seen.validity) == ("the-run", 7, verdict.validity)
    assert seen.at_the_end == {"lost": {"lost-write": 2}, "aborted": {"G1a": 1}}
    assert seen.on_the_way == {}
    assert seen.records == 5
    assert seen.reasons["lost-write"][0].startswith("acks=1")
    assert "G1a" not in seen.reasons
    assert seen.against == verdict.counted
    assert "acknowledged_ms_p50" in seen.measured


def test_rows_of_a_pipeline_are_a_share_of_what_its_last_copy_should_hold() -> None:
    run = Run()
    old = run.put(1)
    run.put(1)
    run.put(2)
    run.captured(2)
    run.flow.rows(SOURCE, run.flow.state())
    run.flow.rows(SINK, {("orders", 1): old})
    seen = sample(run.verdict(), "run", 1)
    assert seen.at_the_end == {"lost": {"missing-row": 1, "stale-row": 1}}
    assert seen.on_the_way == {"lost": {"missed-change": 1}}
    assert seen.records == 2  # three changes, and two rows


@pytest.mark.parametrize(
    ("mixes", "moves"),
    [
        ([], True),
        ([{"insert": 1}], False),
        ([{"insert": 1, "rollback": 1}], False),
        ([{"insert": 1, "update": 1}], True),
        ([{"insert": 1}, {"update": 1}], True),
    ],
)
def test_rows_that_never_change_cannot_be_reordered(
    mixes: list[dict[str, int]], *, moves: bool
) -> None:
    with_rows = pipeline()
    writers = tuple(
        Writers(name=str(at), tables=("orders",), mix=mix) for at, mix in enumerate(mixes)
    )
    workload = msgspec.structs.replace(with_rows.pipeline, writers=writers)
    found = sought(msgspec.structs.replace(with_rows, workload=workload))
    assert found == ("lost", "duplicated", *(("reordered",) if moves else ()), "aborted")
