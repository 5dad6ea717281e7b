import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import msgspec
import numpy as np
import polars as pl
import pytest

from harness.history.build import HistoryBuilder
from harness.history.history import History
from harness.history.rows import fitted
from harness.history.tables import SCHEMAS
from harness.model.facts import Facts
from harness.model.verdict import Anomaly, Finding, Validity, Verdict
from harness.reporting.page.document import render
from harness.reporting.page.numbering import EXAMPLES_MAX
from tests.unit.reporting_sample import Sample, sample, unknown_sample, valid_sample

PAGE_BYTES_MAX = 3_000_000


def page_of(run: Sample) -> str:
    return render(run.manifest, run.plan, run.history, run.facts, run.verdict).decode()


def data_of(page: str) -> dict[str, object]:
    block = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert block is not None
    parsed: dict[str, object] = json.loads(block[1])
    return parsed


class Elements(HTMLParser):
    """Collects start tags, so that a test asks what a browser would build."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, name: str) -> int:
        return sum(tag == name for tag, _ in self.tags)


@pytest.mark.parametrize(
    ("run", "word"),
    [(sample(), "INVALID"), (valid_sample(), "VALID"), (unknown_sample(), "UNKNOWN")],
    ids=["invalid", "valid", "unknown"],
)
def test_verdict_stands_first(run: Sample, word: str) -> None:
    page = page_of(run)
    body = page.index("<main>")
    assert page.index(f'<p class="word">{word}</p>') < page.index("<h1>") < page.index("<h2>")
    assert page.index("<h1>") > body
    assert html.escape(run.verdict.headline) in page


def test_equal_input_gives_equal_bytes() -> None:
    assert page_of(sample()) == page_of(sample())


def test_every_sentence_of_every_shown_anomaly_is_on_the_page() -> None:
    run = sample()
    page = page_of(run)
    for finding in run.verdict.findings:
        for anomaly in finding.examples[:EXAMPLES_MAX]:
            for sentence in anomaly.because:
                assert html.escape(sentence) in page
    assert f"87 anomalies, {EXAMPLES_MAX} shown" in page


def test_operations_of_an_anomaly_are_shown_with_process_log_and_offset() -> None:
    run = sample()
    anomaly = run.verdict.findings[0].examples[0]
    [row] = re.findall(
        f'<tr>(<td><button[^>]*data-op="{anomaly.operations[0]}".*?)</tr>', page_of(run)
    )
    assert "producer-0" in row
    assert "orders-0@323" in row
    assert f"value {anomaly.values[0]}" in row


def test_hostile_names_stay_text() -> None:
    hostile = '<script>alert("x")</script>'
    plain, attacked = page_of(sample()), page_of(sample(topic=hostile, scenario=hostile))
    assert hostile not in attacked
    assert html.escape(hostile) in attacked
    assert Elements(attacked).count("script") == Elements(plain).count("script")
    lanes = data_of(attacked)["leaders"]
    assert isinstance(lanes, dict)
    assert lanes["names"][0] == f"{hostile}-0"


def test_page_loads_nothing_and_forbids_loading() -> None:
    page = page_of(sample())
    for tag, attributes in Elements(page).tags:
        assert tag not in {"link", "img", "iframe", "object", "base"}
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    assert "default-src &#x27;none&#x27;" in page


def test_faults_say_whether_they_bit() -> None:
    assert page_of(sample()).count("took effect, healed") > 1
    page = page_of(unknown_sample())
    assert "had no effect" in page
    assert "so its consequences were not tested" in page


def test_a_short_final_read_is_named_among_what_was_not_tested() -> None:
    assert "orders-2 (read to 612 of 790)" in page_of(unknown_sample())


def test_replay_and_check_commands_name_the_run() -> None:
    run = sample()
    page = page_of(run)
    assert f"<pre>harness replay reports/{run.manifest.run}</pre>" in page
    assert f"<pre>harness check reports/{run.manifest.run}</pre>" in page


def test_a_run_that_recorded_nothing_has_a_page() -> None:
    run = sample()
    nothing = Verdict(
        validity=Validity.UNKNOWN,
        headline="The run recorded nothing",
        claims=(),
        findings=(),
        unknowns=("The run was stopped.",),
        checkers=(),
    )
    page = render(run.manifest, run.plan, HistoryBuilder().history(), Facts(), nothing).decode()
    assert "The run was stopped." in page
    assert "No send was acknowledged." in page


def test_an_anomaly_that_names_what_is_not_there_does_no_harm() -> None:
    run = sample()
    strange = Anomaly(kind="lost-write", log="gone-9", operations=(10**9,), because=("Odd.",))
    finding = msgspec.structs.replace(run.verdict.findings[0], examples=(strange,))
    verdict = msgspec.structs.replace(run.verdict, findings=(finding,))
    assert b"Odd." in render(run.manifest, run.plan, run.history, run.facts, verdict)


def big_history(operations: int) -> History:
    """Sends of thirty producers to fifty logs, all read by one consumer."""
    number = np.arange(operations)
    send = number % 10 != 9
    polls = number[~send]
    log, offset = number % 50, number // 50
    reader = np.minimum(number + 9 - number % 10, polls[-1])
    frame = pl.DataFrame(
        {
            "op": number,
            "process": np.where(send, number % 30, 30),
            "f": np.where(send, "send", "poll"),
            "invoke_ns": number * 50_000,
            "complete_ns": number * 50_000 + 3_000_000 + number % 97 * 10_000,
            "outcome": np.where(number % 1000 == 7, "info", "ok"),
            "error": 0,
        }
    )
    records = pl.DataFrame(
        {"op": number, "topic": 0, "key": 0, "value": number, "log": log, "offset": offset}
    )
    read = records.with_columns(op=pl.Series(reader))
    people = [(n, f"producer-{n}", "producer", "producer", None) for n in range(30)]
    return History(
        operations=fitted(frame, "operations"),
        sends=fitted(records.filter(pl.Series(send)), "sends"),
        reads=fitted(read.filter(pl.Series(send)), "reads"),
        assignments=pl.DataFrame(schema=SCHEMAS["assignments"]),
        commits=pl.DataFrame(schema=SCHEMAS["commits"]),
        processes=pl.DataFrame(
            [*people, (30, "consumer-0", "consumer", "consumer", "group")],
            schema=SCHEMAS["processes"],
            orient="row",
        ),
        logs=pl.DataFrame(
            [(n, 0, f"orders-{n}", n) for n in range(50)], schema=SCHEMAS["logs"], orient="row"
        ),
    )


def test_a_million_operations_with_thousands_of_anomalies_fit_a_bounded_page() -> None:
    run = sample()
    examples = tuple(
        Anomaly(
            kind="lost-write",
            log="orders-0",
            operations=tuple(range(number * 7, number * 7 + 40)),
            because=(f"Operation {number * 7} was lost.",),
        )
        for number in range(5_000)
    )
    finding = msgspec.structs.replace(run.verdict.findings[0], examples=examples, count=5_000)
    verdict = msgspec.structs.replace(run.verdict, findings=(finding,))
    page = render(run.manifest, run.plan, big_history(1_000_000), run.facts, verdict)
    assert len(page) < PAGE_BYTES_MAX
    drawn = data_of(page.decode())
    operations, charts = drawn["operations"], drawn["charts"]
    assert isinstance(operations, dict)
    assert isinstance(charts, list)
    assert operations["densities"]
    # Of thirty producers and a consumer three never do anything.
    assert operations["left_out"] == 31 - 3 - len(operations["names"])
    assert 1_000 < len(charts[0]["columns"][0]) <= 1_501


def test_density_counts_every_operation_of_a_drawn_process() -> None:
    run, history = sample(), big_history(20_000)
    drawn = data_of(render(run.manifest, run.plan, history, Facts(), run.verdict).decode())
    operations = drawn["operations"]
    assert isinstance(operations, dict)
    counted = sum(
        sum(lane[outcome]) for lane in operations["densities"] for outcome in ("ok", "fail", "info")
    )
    named = history.processes.filter(pl.col("name").is_in(operations["names"]))
    assert counted == history.operations.join(named, on="process", how="semi").height
    assert "consumer-0" in operations["names"]


@pytest.mark.parametrize("size", [2_000, 20_000])
def test_a_process_that_comes_back_goes_on_in_its_lane(size: int) -> None:
    run, history = sample(), big_history(size)
    again = pl.when(client="producer").then(pl.lit("producer-0")).otherwise("name")
    history = replace(history, processes=history.processes.with_columns(name=again))
    drawn = data_of(render(run.manifest, run.plan, history, Facts(), run.verdict).decode())
    operations = drawn["operations"]
    assert isinstance(operations, dict)
    assert (operations["names"], operations["left_out"]) == (["producer-0", "consumer-0"], 0)
    one_by_one = [mark[1] for mark in operations["marks"]]
    counted = [sum(each["ok"]) + sum(each["info"]) for each in operations["densities"]]
    assert (counted or [one_by_one.count(lane) for lane in (0, 1)]) == [size * 9 // 10, size // 10]


def test_findings_that_count_are_proved_before_those_that_are_allowed() -> None:
    run = sample()
    turned = msgspec.structs.replace(run.verdict, findings=run.verdict.findings[::-1])
    page = render(run.manifest, run.plan, run.history, run.facts, turned).decode()
    first = re.search(r'id="anomaly-0"[^>]*>.*?<strong>(.*?)</strong>', page)
    assert first is not None
    assert first[1] == "lost-write in orders-0"


def test_a_finding_without_examples_is_listed_without_a_link() -> None:
    run = sample()
    bare = Finding(
        kind="duplicate", count=3, counts=True, claim="no-duplicates", permitted_by=(), examples=()
    )
    verdict = msgspec.structs.replace(run.verdict, findings=(bare,))
    page = render(run.manifest, run.plan, run.history, run.facts, verdict).decode()
    assert "<td>duplicate</td>" in page
    assert "No anomaly was found." in page


def test_a_proof_points_out_only_its_own_values_in_a_shared_read() -> None:
    run = sample()
    build = HistoryBuilder()
    read = build.drain("final-reader", [("orders-0", 0, 11), ("orders-0", 1, 22)])
    anomalies = tuple(
        Anomaly(kind="duplicate", values=(value,), operations=(read,), because=("Twice.",))
        for value in (11, 22)
    )
    finding = msgspec.structs.replace(run.verdict.findings[0], examples=anomalies)
    verdict = msgspec.structs.replace(run.verdict, findings=(finding,))
    page = render(run.manifest, run.plan, build.history(), Facts(), verdict).decode()
    cells = re.findall(r"<td>(2 records[^<]*)</td>", page)
    assert cells == ["2 records; value 11 at orders-0@0", "2 records; value 22 at orders-0@1"]


def test_the_word_of_the_verdict_is_not_said_twice() -> None:
    run = sample()
    verdict = msgspec.structs.replace(run.verdict, headline="INVALID: 87 records are lost")
    page = render(run.manifest, run.plan, run.history, run.facts, verdict).decode()
    assert "<h1>87 records are lost</h1>" in page
