"""The comparison of lines on the fake stack: from the command to the page, and the page again."""

from pathlib import Path

import pytest

from harness.engine.semantics import merged
from harness.model import codec
from harness.model.semantics import Semantics
from harness.reporting.semantics.outcome import Word, outcome
from tests.unit.command import Done, harness

LINES = """
from harness.api import *

STEPS = (
    after(acks=50, spread=0.5).pause(leader("orders")),
    after(sends=200, seconds=1).kill(same_as("pause")),
    after(acks=100).heal("kill"),
)


def line(name, guarantee, claims, **settings):
    workload = LogWorkload(
        topics=(Topic(name="orders", settings={"min.insync.replicas": 2}),),
        producers=(Producers(topic="orders", settings=settings),),
        consumers=(Consumers(name="reader", topic="orders", mode="assigned"),),
    )
    scenario = Scenario(
        name=name, about="a line", claims=claims, workload=workload, steps=STEPS, aftermath_acks=100
    )
    return Line(guarantee=guarantee, path="Python", how="as a test has it", scenario=scenario)


WEAK = line("weak", "no guarantee", ("integrity",), acks="0")
ONCE = line(
    "once",
    "exactly-once",
    ("durability", "ordering", "no-duplicates", "integrity"),
    **{"acks": "all", "enable.idempotence": True},
)
LIAR = line("liar", "exactly-once", ("integrity",), acks="0")
SCENARIOS = (WEAK, ONCE, LIAR)
"""


ALL_PATHS = ("at-least-once", "effectively-once", "exactly-once")
"""Guarantees that a path over Kafka Connect can give, and one of Python's clients as well."""


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "lines.py"
    path.write_text(LINES)
    return path


def compared(reports: Path, *arguments: str | Path) -> Done:
    return harness(
        "semantics", "--stack", "fake", "--seed", "7", "--reports-dir", reports, *arguments
    )


def folder_of(done: Done) -> Path:
    return Path(done.out.splitlines()[-1].removeprefix("page  ")).parent


def data(folder: Path) -> Semantics:
    return codec.load(folder / "semantics.json", Semantics)


def test_lines_are_compared_and_the_page_is_rendered_again(lines: Path, tmp_path: Path) -> None:
    done = compared(tmp_path / "reports", "--runs", "2", "--lines", lines)
    assert done.status == 1, done.err
    assert "liar: BROKEN in seed 7: " in done.out
    seen = data(folder_of(done))
    assert [line.name for line in seen.lines] == ["weak", "once", "liar"]
    assert [[run.seed for run in line.samples] for line in seen.lines] == [[7, 8]] * 3
    weak, once, liar = seen.lines
    for sample in (*weak.samples, *liar.samples):
        assert sample.at_the_end["lost"]["lost-write"] > 0
        assert sample.reasons["lost-write"][0].startswith("acks=0: ")
        assert (folder_of(done).parent / sample.run / "report.html").is_file()
    assert [sample.at_the_end for sample in once.samples] == [{}, {}]
    assert all(sample.measured["end_to_end_ms_p99"] > 0 for sample in once.samples)

    page = folder_of(done) / "semantics.html"
    before = page.read_bytes()
    page.unlink()
    again = harness("semantics", "--from", folder_of(done))
    assert (again.status, again.out) == (1, done.out)
    assert page.read_bytes() == before


def test_what_keeps_its_promise_ends_well(lines: Path, tmp_path: Path) -> None:
    text = lines.read_text()
    lines.write_text(text.replace("(WEAK, ONCE, LIAR)", "(WEAK, ONCE)"))
    done = compared(tmp_path / "reports", "--lines", lines)
    assert done.status == 0, done.out
    assert "weak: its name allows that records are duplicated; not shown in 1 run" in done.out


def test_comparisons_are_put_together(lines: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    first = folder_of(compared(reports, "--lines", lines))
    both = merged([data(first), data(first)])
    assert both == data(first)
    elsewhere = folder_of(compared(tmp_path / "other", "--lines", lines))
    refused = harness("semantics", "--from", first, "--from", elsewhere)
    assert (refused.status, "must be in one folder" in refused.sentence) == (2, True)


def test_the_harness_s_own_lines_show_what_their_names_allow(tmp_path: Path) -> None:
    done = compared(tmp_path / "reports")
    assert done.status == 0, done.out
    stands = {line.name: outcome(line) for line in data(folder_of(done)).lines}
    assert set(stands) == {
        *(f"python-{name}" for name in ("none", "at-most-once", *ALL_PATHS)),
        *(f"connect-{name}" for name in ("none", "sink-inserts", *ALL_PATHS)),
    }
    assert [name for name, of in stands.items() if of.word is not Word.KEPT or of.not_shown] == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing", "unknown configuration 'nothing'; known: "),
        ("missing.py", "no file missing.py"),
        ("empty.py", "lists no configuration"),
    ],
)
def test_what_is_no_line_is_said(name: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("")
    wanted = tmp_path / name if name == "empty.py" else name
    done = compared(tmp_path / "reports", "--lines", wanted)
    assert done.status == 2
    assert sentence in done.sentence


def test_a_folder_without_a_comparison_is_said(tmp_path: Path) -> None:
    done = harness("semantics", "--from", tmp_path)
    assert (done.status, "cannot read" in done.sentence) == (6, True)


def test_a_line_that_the_fakes_cannot_run_is_left_out(lines: Path, tmp_path: Path) -> None:
    elsewhere = "msgspec.structs.replace(WEAK.scenario, topology=Topology(postgres=True))"
    lines.write_text(
        f"import msgspec\n{LINES}"
        f"GONE = Line(guarantee='no guarantee', path='SQL', how='-', scenario={elsewhere})\n"
        "SCENARIOS = (GONE,)\n"
    )
    done = compared(tmp_path / "reports", "--lines", lines)
    assert "weak: left out, the fake stack has no PostgreSQL" in done.out
