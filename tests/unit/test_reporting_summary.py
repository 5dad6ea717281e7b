from pathlib import Path
from xml.etree import ElementTree as Xml

import msgspec
import pytest

from harness.history.build import HistoryBuilder
from harness.model.verdict import Anomaly
from harness.reporting.junit import junit, properties
from harness.reporting.operations import around, describe
from harness.reporting.page.background import plan_digest
from harness.reporting.summary import operation_table, summary
from tests.unit.reporting_sample import Sample, sample, unknown_sample, valid_sample

PATH = Path("reports/the-run")


def summarise(run: Sample, *, colour: bool = False) -> str:
    return summary(run.manifest, run.plan, run.facts, run.verdict, PATH, colour=colour)


def test_summary_says_verdict_claims_anomalies_faults_example_and_what_next() -> None:
    run = sample()
    told = summarise(run)
    assert told.startswith("INVALID  87 acknowledged sends to orders-0 are lost\n")
    assert "no-lost-writes: Every acknowledged record can be read in the end." in told
    assert "counts against no-lost-writes" in told
    assert "kill-leader: process.kill on broker-1: took effect, healed" in told
    for sentence in run.verdict.findings[0].examples[0].because:
        assert sentence in told
    assert "replay  harness replay reports/the-run\n" in told
    assert "reports/the-run/report.html" in told


def test_summary_of_an_unknown_run_says_why() -> None:
    told = summarise(unknown_sample())
    for reason in unknown_sample().verdict.unknowns:
        assert reason in told
    assert "process.kill on broker-1: had no effect" in told


def test_summary_has_colours_only_when_asked() -> None:
    assert "\x1b[" not in summarise(sample())
    assert "\x1b[" in summarise(sample(), colour=True)


def test_around_gives_named_operations_and_neighbours_on_the_same_log() -> None:
    build = HistoryBuilder()
    before = [build.send("producer", n, log="orders-0", offset=n) for n in range(4)]
    build.send("producer", 90, log="orders-1", offset=0)
    unsure = build.send("producer", 91, topic="orders", outcome="info")
    named = build.poll("consumer", [("orders-0", 0, 0), ("orders-0", 1, 1)])
    after = build.drain("drain", [("orders-0", 0, 0)])
    anomaly = Anomaly(
        kind="duplicate", log="orders-0", values=(1,), operations=(named,), because=("Twice.",)
    )
    rows = around(build.history(), anomaly, 2)
    assert [row.op for row in rows] == [before[3], unsure, named, after]
    assert rows[1].where == "orders, offset unknown"
    assert rows[2].what == "2 records; value 1 at orders-0@1"
    table = operation_table(rows, anomaly.operations)
    assert [line[0] for line in table.splitlines()] == [" ", " ", " ", ">", " "]


def test_operations_are_described_by_what_they_asked() -> None:
    build = HistoryBuilder()
    held = build.assign("consumer", ["orders-0", "orders-1"])
    commit = build.commit("consumer", {"orders-0": 12})
    empty = build.poll("consumer", [])
    never = build.send("producer", 5, outcome="info", complete_ns=None, error="producer:GONE")
    rows = describe(build.history(), [held, commit, empty, never, 99])
    assert rows[held].what == "orders-0, orders-1"
    assert rows[commit].where == "orders-0@12"
    assert rows[empty].what == "no record"
    assert (rows[never].complete_ns, rows[never].error) == (None, "producer:GONE")
    assert sorted(rows) == [held, commit, empty, never]


@pytest.mark.parametrize(
    ("run", "failures", "errors"),
    [(sample(), 1, 0), (valid_sample(), 0, 0), (unknown_sample(), 0, 2)],
    ids=["invalid", "valid", "unknown"],
)
def test_junit_has_a_case_per_claim(run: Sample, failures: int, errors: int) -> None:
    suite = Xml.fromstring(junit(run.manifest, run.plan, run.verdict))[0]  # noqa: S314 - our own
    assert len(suite.findall("testcase")) == len(run.verdict.claims)
    assert len(suite.findall("testcase/failure")) == failures == int(suite.attrib["failures"])
    assert len(suite.findall("testcase/error")) == errors == int(suite.attrib["errors"])


def test_junit_failure_carries_headline_and_first_counter_example() -> None:
    run = sample()
    suite = Xml.fromstring(junit(run.manifest, run.plan, run.verdict))  # noqa: S314 - our own
    failure = suite.find(".//failure")
    assert failure is not None
    assert failure.attrib["message"] == run.verdict.headline
    assert run.verdict.findings[0].examples[0].because[0] in (failure.text or "")


def test_junit_survives_characters_that_xml_cannot_hold() -> None:
    run = sample()
    verdict = msgspec.structs.replace(run.verdict, headline="bad \x00 byte \ud800 & <tag>")
    suite = Xml.fromstring(junit(run.manifest, run.plan, verdict))  # noqa: S314 - our own
    failure = suite.find(".//failure")
    assert failure is not None
    assert failure.attrib["message"] == "bad \ufffd byte \ufffd & <tag>"


def test_junit_without_claims_is_one_case_of_the_verdict() -> None:
    run = unknown_sample()
    verdict = msgspec.structs.replace(run.verdict, claims=())
    suite = Xml.fromstring(junit(run.manifest, run.plan, verdict))  # noqa: S314 - our own
    assert len(suite.findall(".//testcase/error")) == 1


def test_properties_identify_the_plan() -> None:
    run = sample()
    told = dict(properties(run.manifest, run.plan, run.verdict))
    other = msgspec.structs.replace(run.plan, seed=8)
    assert told["plan"] == plan_digest(run.plan) != plan_digest(other)
    assert told["seed"] == "7"
    assert told["replay"] == f"harness replay reports/{run.manifest.run}"


def test_a_transaction_names_what_an_anomaly_is_about_first() -> None:
    build = HistoryBuilder()
    sends = [("orders-0", number, number) for number in range(10)]
    op = build.txn("t", sends=sends, reads=[("audit-0", 3, 77), ("audit-0", 4, 78)])
    rows = describe(build.history(), [op], [8, 77])
    assert rows[op].what == ("value 8; value 0; value 1; value 2; 6 more; read 2 records")
    assert rows[op].where == "orders-0@8, orders-0@0, orders-0@1, orders-0@2 and 1 more"
    assert rows[op].pointing([8, 77]).what.endswith("read 2 records; value 77 at audit-0@3")
