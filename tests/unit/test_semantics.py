"""The comparison of lines: what runs come to, in cells, words, plots and pages."""

import re
from pathlib import Path

import pytest

from harness.model.semantics import Guarantee, Measured, Sample
from harness.model.verdict import Validity
from harness.reporting.folder import RunFolder
from harness.reporting.semantics.cells import effect_cell, latency_cell, outage_cell
from harness.reporting.semantics.known_bugs import named
from harness.reporting.semantics.outcome import Word, exit_status, outcome
from harness.reporting.semantics.page import render
from harness.reporting.semantics.terminal import table
from tests.unit.semantics_sample import line, run, semantics

OPEN = ("the run did not settle",)
LOST = {"missing-row": 12}
TWICE = {"duplicate-row": 5}
BROKEN = (Word.BROKEN, 1)
BUG = {"duplicate-row": "issue 1: it strikes; broker-1.log says: so"}


def unknown(seed: int = 8) -> Sample:
    return run(seed, Validity.UNKNOWN, unknowns=OPEN, measured={})


def test_counts_are_summed_and_shared_over_runs() -> None:
    cell = effect_cell(line("no guarantee", run(7, lost=LOST), run(8)), "lost")
    assert cell.figure == "12 (0.6 %)"
    assert cell.notes == ("0 to 12 a run", "in 1 of 2 runs (95 %: 9% to 91% of runs)")
    assert [told for _, told in cell.runs] == ["12", "0"]


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        (2, "none in 2 runs: too few to bound how often"),
        (10, "none in 10 runs: with 95 % confidence in fewer than 30% of runs"),
    ],
)
def test_nothing_in_n_runs_is_said_with_its_bound(runs: int, words: str) -> None:
    cell = effect_cell(line("exactly-once", *(run(seed) for seed in range(runs))), "lost")
    assert (cell.figure, cell.notes) == ("0", (words,))


def test_an_unknown_run_is_never_a_zero() -> None:
    both = effect_cell(line("exactly-once", run(7), unknown()), "lost")
    assert both.figure == "0"
    assert both.notes == ("none in 1 run: too few to bound how often", "1 run UNKNOWN")
    assert [told for _, told in both.runs] == ["0", "unknown"]
    alone = effect_cell(line("exactly-once", unknown()), "lost")
    assert (alone.figure, alone.notes) == ("unknown", ("1 run UNKNOWN",))
    assert latency_cell(line("exactly-once", unknown())).figure == "unknown"


def test_what_an_open_run_found_is_a_lower_bound() -> None:
    found = run(8, Validity.INVALID, unknowns=OPEN, lost=LOST)
    assert effect_cell(line("at-least-once", run(7), found), "lost").figure == "≥ 12 (0.6 %)"


def test_what_the_traffic_cannot_show_is_not_zero() -> None:
    cell = effect_cell(line("exactly-once", run(), sought=("lost",)), "reordered")
    assert (cell.figure, cell.notes) == ("n/a", ("this traffic cannot show it",))


def test_what_happened_on_the_way_is_told_beside_the_end() -> None:
    seen = run(on_the_way={"duplicated": {"duplicate-change": 115}})
    cell = effect_cell(line("effectively-once", seen), "duplicated")
    assert cell.figure == "0"
    assert cell.notes[-1] == "115 on the way (duplicate-change)"


def test_measurements_are_medians_with_their_bounds() -> None:
    slow = run(8, measured={"end_to_end_ms_p50": 120.0, "end_to_end_ms_p99": 6000.0})
    cell = latency_cell(line("at-least-once", run(), slow))
    assert cell.figure == "100 ms / 5,000 ms"
    assert cell.notes == ("p99 4,000 ms to 6,000 ms over 2 runs",)
    six = latency_cell(line("at-least-once", *(run(seed) for seed in range(6))))
    assert six.notes[-1] == "p99 95 %: 4,000 ms to 4,000 ms"
    assert outage_cell(line("at-least-once", run())).figure == "n/a"


@pytest.mark.parametrize(
    ("measured", "word", "status"),
    [
        (line("exactly-once", run()), Word.KEPT, 0),
        (line("exactly-once", run(), unknown()), Word.KEPT, 0),
        (line("exactly-once", unknown()), Word.UNKNOWN, 3),
        (line("exactly-once", run(7, duplicated=TWICE)), Word.BROKEN, 1),
        (line("effectively-once", run(7, lost=LOST), unknown()), Word.BROKEN, 1),
        (line("at-least-once", run(7, duplicated=TWICE)), Word.KEPT, 0),
        (line("at-least-once", run(7, lost=LOST)), Word.BROKEN, 1),
        (line("at-most-once", run(7, lost=LOST)), Word.KEPT, 0),
        (line("at-most-once", run(7, Validity.INVALID, against=("G1a",))), Word.BROKEN, 1),
        (line("exactly-once", run(7, duplicated=TWICE, bugs=BUG)), Word.KNOWN_BUG, 0),
        (line("exactly-once", run(7, duplicated=TWICE, lost=LOST, bugs=BUG)), Word.BROKEN, 1),
        (
            line("exactly-once", run(7, duplicated=TWICE, bugs=BUG), run(8, lost=LOST)),
            Word.BROKEN,
            1,
        ),
        (line("no guarantee", run(7, lost=LOST, duplicated=TWICE)), Word.KEPT, 0),
    ],
)
def test_a_line_is_held_to_its_name(measured: Measured, word: Word, status: int) -> None:
    assert outcome(measured).word is word
    assert exit_status(semantics(measured)) == status


def test_a_comparison_without_lines_shows_nothing() -> None:
    assert exit_status(semantics()) == 3


@pytest.mark.parametrize(
    ("guarantee", "missing"),
    [
        ("no guarantee", ("lost", "duplicated")),
        ("at-most-once", ("lost",)),
        ("at-least-once", ("duplicated",)),
        ("exactly-once", ()),
    ],
)
def test_what_a_weak_line_did_not_show_is_said(
    guarantee: Guarantee, missing: tuple[str, ...]
) -> None:
    measured = line(guarantee, run(7), run(8))
    assert outcome(measured).not_shown == missing
    told = table(semantics(measured), Path("here"))
    assert [f"records are {each}; not shown in 2 runs" in told for each in missing] == [
        True for _ in missing
    ]


def test_a_known_bug_is_named_only_with_its_trace(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, scenario="s", seed=1, started_utc="2026-11-23T05:00:00Z")
    folder.log("broker-1").write_text("INFO all is well\n")
    assert named(folder, ["duplicate"]) == {}
    folder.log("broker-2").write_text(
        "ERROR x\norg.apache.kafka: Out of order sequence number for producer 7 at offset 9\n"
    )
    (told,) = named(folder, ["duplicate", "lost-write"]).values()
    assert told.startswith("librdkafka issue 4953: ")
    assert "broker-2.log says: org.apache.kafka: Out of order sequence number" in told


def page(*lines: Measured) -> str:
    return render(semantics(*lines)).decode()


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html.partition("</head>")[2]))


def test_the_page_has_figures_bounds_links_and_reasons() -> None:
    html = page(line("no guarantee", run(7, lost=LOST), run(8)), line("exactly-once", run()))
    seen = text(html)
    assert "12 (0.6 %) 0 to 12 a run in 1 of 2 runs (95 %: 9% to 91% of runs)" in seen
    assert 'href="../run-7/report.html"' in html
    assert "missing-row 12 acks=0: permits missing-row" in seen
    assert "its name allows that records are duplicated; not shown in 2 runs" in seen
    assert "Zero in every run that tells." in seen


def test_the_page_loads_nothing_and_is_the_same_each_time() -> None:
    lines = (line("no guarantee", run(7, lost=LOST), unknown()), line("exactly-once", run()))
    html = page(*lines)
    assert page(*lines) == html
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", html) == []
    assert "default-src &#x27;none&#x27;" in html


def test_plots_draw_each_run_that_tells_once() -> None:
    html = page(line("no guarantee", run(7, lost=LOST), run(8)), line("exactly-once", unknown()))
    plot = html.partition("Lost, share of records")[2].partition("</svg>")[0]
    assert re.findall("<title>(.*?)</title>", plot) == [
        "line-no-guarantee, seed 7: 1.2 %",
        "line-no-guarantee, seed 8: 0 %",
    ]
    assert "not known" in plot


def test_what_traffic_cannot_show_is_not_drawn_as_zero() -> None:
    html = page(line("exactly-once", run(), sought=("lost",)))
    assert "No run could tell." in html.partition("Reordered, share of records")[2][:80]
    assert "Zero in every run that tells." in html.partition("Lost, share of records")[2][:80]


def test_a_cell_folds_what_each_of_many_runs_showed() -> None:
    few, many = (line("no guarantee", *map(run, range(count))) for count in (10, 11))
    assert "<details" not in page(few)
    folded = page(many).partition("<details")[2].partition("</details>")[0]
    assert [f'href="../run-{seed}/report.html"' in folded for seed in range(11)] == [True] * 11
