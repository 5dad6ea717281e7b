"""What pages, terminal and index say of a pipeline, judged by the real checkers."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.history.flow_build import FlowBuilder
from harness.history.journal import END_MARK
from harness.history.tables import SEQUENCE_BITS
from harness.model.conditions import Acks
from harness.model.facts import Facts, TaskEvent
from harness.model.fault import After, FaultSpec, Step
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.paths import Path as Way
from harness.model.pipeline.traffic import Cache, Readers, SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.roles import Service
from harness.model.scenario import Floor, Plan, Scenario
from harness.model.topology import Topology
from harness.model.verdict import CheckResult
from harness.reporting.figures import acknowledged, figures
from harness.reporting.folder import RunFolder, run_folders
from harness.reporting.index import render_index
from harness.reporting.page.document import render
from harness.reporting.summary import summary
from tests.unit.reporting_sample import Sample, sample, valid_sample

TOPICS, SINK, CACHE = "main/topics", "main/sink", "app/cache"
FEED_HOP, SINK_HOP = f"mysql → {TOPICS} (debezium)", f"{TOPICS} → {SINK} (jdbc)"
SCENARIO = Scenario(
    name="flow",
    about="Rows go from a table into another.",
    claims=("convergence", "running"),
    topology=Topology(
        connect_workers=2,
        mysql=True,
        mysql_replica=True,
        zookeepers=3,
        mysql_settings={"sync_binlog": 0},
    ),
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders", rows=3),),
        writers=(Writers(tables=("orders",), count=2),),
        paths=(
            Way(
                name="main",
                feed=Feed(kind="debezium", partitions=1),
                copies=(Copy(kind="jdbc", name="sink"),),
            ),
        ),
        caches=(Cache(kind="cache-aside", name="cache"),),
        readers=(Readers(copy="cache"),),
    ),
    steps=(
        Step(
            name="kill",
            after=After(conditions=(Acks(count=50),)),
            deed=FaultSpec(kind="process.kill", target=Service(name="mysql")),
        ),
    ),
    floor=Floor(acks=0),
)


def pipeline_sample(*, tasks: tuple[TaskEvent, ...] = ()) -> Sample:
    """Two rows and an end mark that a sink lacks two of; `tasks` say what became of the sink."""
    flow = FlowBuilder(HistoryBuilder())
    for key in (1, 2):
        op = flow.write("writer", ("orders", key))
        flow.commit(("orders", key, op))
    flow.write("writer", ("orders", 3), outcome="info", complete_ns=None)
    marker = flow.build.process(END_MARK, client="writer")
    flow.commit(("orders", 900, marker << SEQUENCE_BITS))
    flow.events(TOPICS, "main/orders-0")
    flow.rows("mysql", flow.state())
    flow.rows(SINK, {("orders", 1): 0})
    flow.rows(CACHE, {("orders", 1): 0})
    flow.read("reader", CACHE, ("orders", 1), 0)
    facts = Facts(drained=("mysql", TOPICS, SINK, CACHE), tasks=tasks)
    history = flow.history()
    return Sample(
        manifest=msgspec.structs.replace(sample().manifest, scenario="flow"),
        plan=Plan(seed=7, scenario=SCENARIO, streams={}),
        history=history,
        facts=facts,
        verdict=judge(history, facts, SCENARIO),
    )


def page_of(run: Sample) -> str:
    return render(run.manifest, run.plan, run.history, run.facts, run.verdict).decode()


def told(run: Sample) -> str:
    return summary(run.manifest, run.plan, run.facts, run.verdict, Path("reports/it"))


def drawn(page: str) -> Any:
    block = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def figures_of(page: str) -> dict[str, str]:
    figures = page.partition('<dl class="figures">')[2].partition("</dl>")[0]
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", figures))


def hop_line(text: str, hop: str) -> list[str]:
    return next(line for line in text.splitlines() if hop in line and "0" in line).split()


def test_the_figures_of_a_pipeline_are_its_own() -> None:
    run = pipeline_sample()
    shown = figures_of(page_of(run))
    assert shown.pop("duration")
    assert shown.pop("slowest acknowledgement").endswith("ms")
    assert shown == {
        "acknowledged writes": "2",
        "failed writes": "0",
        "indeterminate writes": "1",
        "committed changes": "3",
        "events in topics": "3",
        "rows in copies": "2",
        "rows seen by readers": "1",
    }
    unbroken = " ".join(told(run).split())
    assert all(f"{value} {name}" in unbroken for name, value in shown.items())


def test_the_figures_of_a_log_run_are_sends() -> None:
    log_run = valid_sample()
    scenario = msgspec.structs.replace(log_run.plan.scenario, claims=("durability",))
    verdict = judge(log_run.history, log_run.facts, scenario)
    shown = figures_of(page_of(replace(log_run, verdict=verdict)))
    assert "acknowledged sends" in shown
    assert "records read by consumers" in shown
    assert not any("writes" in name or "copies" in name for name in shown)


def test_a_verdict_that_counted_less_gives_the_figures_it_has() -> None:
    older = CheckResult(checker="statistics", statistics={"sends": 5, "acked": 3, "polled": 4})
    verdict = msgspec.structs.replace(valid_sample().verdict, checkers=(older,))
    assert figures(verdict) == (
        ("acknowledged sends", "3"),
        ("records read by consumers", "4"),
        ("slowest acknowledgement", "none"),
    )
    assert acknowledged(verdict) == (3, "sends")


def test_a_page_of_a_pipeline_does_not_speak_of_sends() -> None:
    page = page_of(pipeline_sample())
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    # A checker of logs is called send-order.
    assert re.findall(r"\bsends?\b(?!-)", text) == []
    assert "after 50 acknowledged writes" in text
    titles = [chart["title"] for chart in drawn(page)["charts"]]
    assert titles[:2] == ["Throughput", "Latency of acknowledged writes"]
    assert "Consumer lag" not in titles


def test_settings_say_what_the_stack_was() -> None:
    page = page_of(pipeline_sample())
    assert "3 brokers, 3 ZooKeeper servers, 2 Connect workers, MySQL with a replica" in page
    assert re.search(r"settings of mysql</td><td><code>sync_binlog=0</code>", page)


def test_what_a_late_hop_lacks_is_not_told_as_lost() -> None:
    run = pipeline_sample()
    assert [result.hop for result in run.verdict.hops if result.late] == [SINK_HOP]
    page = page_of(run)
    [row] = re.findall(rf"<tr><td>{re.escape(SINK_HOP)}.*?</tr>", page)
    assert '<span class="badge unknown">not finished</span>' in row
    assert '<td class="number">≤ 2</td>' in row
    assert "may still have been in transit" in page
    assert "≤ 2" in " ".join(hop_line(told(run), SINK_HOP))
    assert "      not finished: no end mark of 1 of 1 partitions" in told(run)


def test_a_hop_whose_task_failed_says_so() -> None:
    event = TaskEvent(time_ns=9, place=SINK, task="task 0", state="FAILED", trace="It <cannot>.")
    run = pipeline_sample(tasks=(event,))
    page = page_of(run)
    [row] = re.findall(rf"<tr><td>{re.escape(SINK_HOP)}.*?</tr>", page)
    assert '<span class="badge invalid">task 0 FAILED</span>' in row
    assert '<td class="number">2</td>' in row
    assert "≤" not in page.partition('<section id="hops">')[2].partition("</section>")[0]
    assert "      task 0 FAILED" in told(run)
    lanes = drawn(page)["tasks"]
    assert lanes["names"] == [f"{SINK} task 0"]
    assert lanes["spans"][0]["tone"] == "failed"
    assert "It <cannot>." in lanes["spans"][0]["note"]


def test_what_keeps_the_whole_run_open_is_told_once() -> None:
    run = pipeline_sample()
    reasons = ("This was not seen.", "Nor was that.")
    claims = tuple(
        msgspec.structs.replace(run.verdict.claims[0], claim=name, why=reasons)
        for name in ("capture", "convergence")
    )
    verdict = msgspec.structs.replace(run.verdict, unknowns=reasons, claims=claims)
    open_run = replace(run, verdict=verdict)
    for text in (page_of(open_run), told(open_run)):
        assert [text.count(reason) for reason in reasons] == [1, 1]
        assert text.count("open, for the reasons") == 2


def test_copies_that_nobody_read_are_among_what_was_not_tested() -> None:
    page = page_of(pipeline_sample())
    assert f"No reader read {SINK} during the traffic" in page
    assert "Every change topic has one partition" in page
    assert "the rows of this run&#x27;s own writers" in page


def test_the_index_names_the_hop_that_broke_and_counts_writes(tmp_path: Path) -> None:
    event = TaskEvent(time_ns=9, place=SINK, task="task 0", state="FAILED")
    run = pipeline_sample(tasks=(event,))
    folder = RunFolder.create(
        tmp_path, scenario="flow", seed=7, started_utc="2026-11-22T12:00:00.000Z"
    )
    folder.save(run.manifest, run.verdict)
    page = render_index(run_folders(tmp_path)).decode()
    assert '<span class="name" data-sort="2">2 writes</span>' in page
    assert f"<td><div>{SINK_HOP}</div></td>" in page
    assert page.count("<div>INVALID convergence, running</div>") == 1
