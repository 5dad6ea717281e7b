"""Rows of the right version with other contents: which count, who did it, how it is told."""

import msgspec
import pytest

from harness.checkers.evidence.pipeline.copy_trail import UNKNOWN_HOP
from harness.history.flow_build import FlowBuilder
from harness.model.pipeline.paths import Copy, Feed
from harness.model.value import Settings
from harness.model.verdict import Anomaly, Verdict
from tests.checkers.flows import (
    FEED_HOP,
    JDBC,
    SINK,
    SINK_HOP,
    SOURCE,
    TOPICS,
    Run,
    blamed,
    pipeline,
)

ROW = ("orders", 1)
TRUE, CUT = "2020-01-01 01:00:00.123457", "2020-01-01 01:00:00.123"


def run_with(**placed: str | None) -> Run:
    """A row that all have in its version, with these texts of `placed` in some places."""
    run = Run()
    version = run.put(1)
    run.captured()
    run.copied()
    for place, text in placed.items():
        where = {"source": SOURCE, "topics": TOPICS, "sink": SINK}[place]
        run.flow.cells(where, ROW, version, placed=text)
    return run


def example(verdict: Verdict) -> Anomaly:
    (found,) = (each for each in verdict.checkers if each.checker == "altered-row")
    return found.examples[0]


@pytest.mark.parametrize(
    ("placed", "hop"),
    [
        ({"source": TRUE, "topics": TRUE, "sink": CUT}, SINK_HOP),
        ({"source": TRUE, "topics": CUT, "sink": CUT}, FEED_HOP),
        ({"source": TRUE, "topics": CUT, "sink": "2020-01-01"}, FEED_HOP),
        ({"source": TRUE, "sink": CUT}, UNKNOWN_HOP),
        ({"source": TRUE, "topics": TRUE, "sink": None}, SINK_HOP),
        ({"source": None, "topics": "", "sink": ""}, FEED_HOP),
    ],
)
def test_the_hop_that_alters_a_row_is_named(placed: dict[str, str | None], hop: str) -> None:
    assert blamed(run_with(**placed).verdict()) == {"altered-row": {hop: 1}}


@pytest.mark.parametrize(
    "placed",
    [
        {"source": TRUE, "topics": CUT, "sink": TRUE},
        {"source": TRUE, "topics": CUT},
        {"topics": TRUE, "sink": CUT},
        {"source": None, "topics": None, "sink": None},
    ],
)
def test_what_both_do_not_hold_otherwise_is_no_anomaly(placed: dict[str, str | None]) -> None:
    assert blamed(run_with(**placed).verdict()) == {}


def test_an_older_version_is_stale_and_not_altered() -> None:
    run = Run()
    old, new = run.put(1), run.put(1)
    run.captured()
    run.flow.rows(SOURCE, run.flow.state())
    run.flow.rows(SINK, {ROW: old})
    run.flow.cells(SOURCE, ROW, new, placed=TRUE)
    run.flow.cells(SINK, ROW, old, placed=CUT)
    assert blamed(run.verdict()) == {"stale-row": {SINK_HOP: 1}}


def test_one_row_counts_once_and_the_feed_is_to_blame_for_what_it_did() -> None:
    run = Run()
    version = run.put(1)
    run.captured()
    run.copied()
    run.flow.cells(SOURCE, ROW, version, amount="1.5", placed=TRUE)
    run.flow.cells(TOPICS, ROW, version, amount="1.5", placed=CUT)
    run.flow.cells(SINK, ROW, version, amount="1", placed=CUT)
    assert blamed(run.verdict()) == {"altered-row": {FEED_HOP: 1}}


def test_it_is_told_what_each_place_holds() -> None:
    found = example(run_with(source=TRUE, topics=CUT, sink=CUT).verdict())
    assert found.because[-2:] == (
        f"placed is '{TRUE}' in mysql, '{CUT}' in main/topics, '{CUT}' in main/sink",
        f"main/topics told it like that already: {FEED_HOP} altered it",
    )
    assert found.keys == (1,)
    untold = example(run_with(source=TRUE, sink=None).verdict())
    assert untold.because[-2].endswith("not known in main/topics, NULL in main/sink")


def test_an_altered_row_is_not_delivered() -> None:
    hops = {each.hop: each for each in run_with(source=TRUE, topics=TRUE, sink=CUT).verdict().hops}
    sink = hops[SINK_HOP]
    assert (sink.expected, sink.delivered, sink.foreign, sink.inherited) == (1, 0, 1, 0)
    hops = {each.hop: each for each in run_with(source=TRUE, topics=CUT, sink=CUT).verdict().hops}
    sink = hops[SINK_HOP]
    assert (sink.delivered, sink.foreign, sink.inherited) == (0, 0, 1)
    assert hops[FEED_HOP].foreign == 0


@pytest.mark.parametrize(
    ("feed", "sink", "cause"),
    [
        ({"time.precision.mode": "connect"}, JDBC, "time.precision.mode=connect of main"),
        ({"decimal.handling.mode": "double"}, JDBC, "decimal.handling.mode=double of main"),
        ({"column.exclude.list": "a.b"}, JDBC, "column.exclude.list=a.b of main"),
        (
            {},
            msgspec.structs.replace(JDBC, ddl={"orders": "CREATE TABLE orders"}),
            "ddl of sink",
        ),
    ],
)
def test_the_setting_that_permits_it_is_named(feed: Settings, sink: Copy, cause: str) -> None:
    scenario = pipeline(feed=Feed(kind="debezium", settings=feed), copies=(sink,))
    wrong = CUT if feed else TRUE
    verdict = run_with(source=TRUE, topics=wrong, sink=CUT).verdict(scenario)
    (finding,) = verdict.findings
    assert [each.partition(":")[0] for each in finding.permitted_by] == [cause]
    assert not finding.counts


def test_it_contradicts_convergence() -> None:
    scenario = pipeline(claims=("convergence",), feed=Feed(kind="debezium"))
    verdict = run_with(source=TRUE, topics=TRUE, sink=CUT).verdict(scenario)
    assert verdict.headline.startswith("INVALID: 1 row of a copy has other contents")


def test_cells_without_rows_do_not_break_a_checker() -> None:
    run = Run()
    flow: FlowBuilder = run.flow
    for place, text in ((SOURCE, TRUE), (SINK, CUT)):
        flow.cells(place, ROW, 77, placed=text)
    assert blamed(run.verdict())["altered-row"] == {UNKNOWN_HOP: 1}
