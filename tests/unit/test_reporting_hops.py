from pathlib import Path

import msgspec

from harness.history.build import HistoryBuilder
from harness.history.flow_build import FlowBuilder
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.paths import Path as Way
from harness.model.pipeline.traffic import Cache, Race, Readers, SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.verdict import Anomaly, Finding, HopResult, Verdict
from harness.reporting.operations import describe
from harness.reporting.page.document import render
from harness.reporting.summary import summary
from tests.unit.reporting_sample import Sample, valid_sample

HOPS = (
    HopResult(hop="writers → mysql", expected=1200, delivered=1200),
    HopResult(
        hop="mysql → main/topics (debezium)",
        expected=1200,
        delivered=1197,
        lost=3,
        duplicate=14,
        examples=("missed-change: transaction 7 <b>inserted</b> row 3 of orders",),
    ),
    HopResult(hop="main/topics → main/sink (jdbc)", expected=400, delivered=398, inherited=2),
)


def shown(run: Sample, verdict: Verdict) -> tuple[str, str]:
    page = render(run.manifest, run.plan, run.history, run.facts, verdict).decode()
    return page, summary(run.manifest, run.plan, run.facts, verdict, Path("reports/it"))


def test_the_hop_table_is_on_the_page_and_in_the_terminal() -> None:
    run = valid_sample()
    page, told = shown(run, msgspec.structs.replace(run.verdict, hops=HOPS))
    assert '<section id="hops">' in page
    for result in HOPS:
        assert result.hop in page
        assert result.hop in told
    assert "&lt;b&gt;inserted" in page
    line = next(line for line in told.splitlines() if "debezium" in line)
    assert line.split()[-8:] == ["1,200", "1,197", "3", "14", "0", "0", "0", "0"]
    assert HOPS[1].examples[0] in told


def test_a_run_without_a_pipeline_has_no_hop_table() -> None:
    run = valid_sample()
    page, told = shown(run, run.verdict)
    assert "Hops" not in page + told


def test_findings_and_proofs_name_their_hop() -> None:
    run = valid_sample()
    hop = HOPS[1].hop
    anomaly = Anomaly(kind="missed-change", hop=hop, because=("It is gone.",))
    finding = Finding(
        kind="missed-change",
        count=3,
        counts=True,
        claim="capture",
        permitted_by=(),
        examples=(anomaly,),
        hops={"other": 1, hop: 2},
    )
    page, told = shown(run, msgspec.structs.replace(run.verdict, findings=(finding,)))
    for text in (page, told):
        assert f"2 at {hop}, 1 at other" in text
    assert f"missed-change at {hop}" in page


def test_operations_on_rows_are_described() -> None:
    flow = FlowBuilder(HistoryBuilder())
    written = flow.write("writer", ("orders", 7), ("items", 7))
    flow.commit(("orders", 7, written), ("items", 7, written))
    removed = flow.write("writer", ("items", 7), delete=True)
    seen = flow.read("reader", "main/cache", ("orders", 7), written)
    events = flow.events("main/topics", "orders-0")
    found = flow.rows("main/sink", flow.state())
    rows = describe(flow.history(), range(5))
    assert rows[written].what == "row 7 of orders, version 0; row 7 of items, version 0"
    assert rows[removed].what == "removal of row 7 of items"
    assert (rows[seen].what, rows[seen].where) == ("row 7 of orders: version 0", "main/cache")
    assert (rows[events].what, rows[events].where) == ("2 events", "main/topics")
    assert (rows[found].what, rows[found].where) == ("2 rows", "main/sink")


def test_the_page_says_what_ran_in_a_pipeline() -> None:
    run = valid_sample()
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders", rows=5),),
        writers=(Writers(tables=("orders",), mix={"insert": 1}),),
        paths=(
            Way(
                name="main",
                feed=Feed(kind="debezium", topic_settings={"cleanup.policy": "compact"}),
                copies=(Copy(kind="redis", name="fed", holds="cached", staleness_s=2.0),),
            ),
        ),
        caches=(Cache(kind="cache-aside", name="kept", settings={"ttl_s": 5}),),
        readers=(Readers(copy="kept"),),
        races=(Race(cache="kept", table="orders", kind="stale-fill"),),
    )
    scenario = msgspec.structs.replace(run.plan.scenario, workload=workload)
    plan = msgspec.structs.replace(run.plan, scenario=scenario)
    page = render(run.manifest, plan, run.history, run.facts, run.verdict).decode()
    for said in (
        "5 rows before the feeds start",
        "1 to orders, 50/s and 64 keys each <code>insert 1</code>",
        "debezium into 3 partitions per table <code>topic cleanup.policy=compact</code>",
        "redis, holds correct rows, possibly not all, at most 2 s stale",
        "cache-aside, maintained by the application <code>ttl_s=5</code>",
        "stale-fill in kept, for 20 rows of orders, 20/s",
        "1, 50/s each",
    ):
        assert said in page
