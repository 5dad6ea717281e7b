"""The command: what each part of it answers with, on fakes."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from harness.model.verdict import Validity
from harness.reporting.folder import RunFolder
from tests.unit.command import fake_run, harness


@pytest.fixture(scope="module")
def lossy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that is INVALID; not to be changed."""
    return fake_run(tmp_path_factory.mktemp("reports"))


@pytest.fixture
def folder(lossy: Path, tmp_path: Path) -> RunFolder:
    """A copy of it."""
    shutil.copytree(lossy, tmp_path / lossy.name)
    return RunFolder(tmp_path / lossy.name)


@pytest.mark.parametrize(
    ("scenario", "status", "word"),
    [("p-noflush", 0, "VALID"), ("p-noflush-bad", 1, "INVALID")],
)
def test_run_ends_with_the_verdict(scenario: str, status: int, word: str, tmp_path: Path) -> None:
    done = harness(
        "run", scenario, "--stack", "fake", "--seed", "7", "--reports-dir", tmp_path / "reports"
    )
    assert (done.status, done.out.split()[0]) == (status, word)
    assert done.err.startswith("  seed 7\n")
    latest = (tmp_path / "reports" / "latest").resolve()
    assert f"run folder {tmp_path / 'reports' / latest.name}" in done.err
    assert RunFolder.open(latest).verdict().validity == word


def test_a_run_that_proves_nothing_ends_with_3(tmp_path: Path) -> None:
    path = tmp_path / "idle.py"
    path.write_text(
        "from harness.api import LogWorkload, Producers, Scenario, Topic\n"
        'TOPIC = Topic(name="orders")\n'
        'SLOW = Producers(topic="orders", rate_per_s=1)\n'
        'IDLE = Scenario(name="idle", about="hardly any traffic",\n'
        "    workload=LogWorkload(topics=(TOPIC,), producers=(SLOW,)))\n"
        "SCENARIOS = (IDLE,)\n"
    )
    done = harness("run", path, "--stack", "fake", "--reports-dir", tmp_path)
    assert done.status == 3
    assert done.out.startswith("UNKNOWN  the baseline is unhealthy")


def test_the_seed_that_was_drawn_repeats_the_run(tmp_path: Path) -> None:
    first = harness("run", "p-noflush", "--stack", "fake", "--reports-dir", tmp_path / "a")
    seed = first.err.splitlines()[0].removeprefix("  seed ")
    again = fake_run(tmp_path / "b", "p-noflush", int(seed))
    one, other = RunFolder.open(tmp_path / "a" / "latest"), RunFolder.open(again)
    assert one.plan() == other.plan()
    assert one.verdict() == other.verdict()


def test_check_judges_from_the_files_alone_and_always_the_same(folder: RunFolder) -> None:
    before = (folder.path / "verdict.json").read_bytes()
    (folder.path / "verdict.json").unlink()
    folder.report.unlink()
    folder.junit.unlink()
    assert harness("check", folder.path).status == 1
    assert (folder.path / "verdict.json").read_bytes() == before
    assert folder.report.is_file()
    assert folder.junit.is_file()
    assert harness("check", folder.path).status == 1
    assert (folder.path / "verdict.json").read_bytes() == before


def test_check_prints_the_verdict_as_json(folder: RunFolder) -> None:
    done = harness("check", folder.path, "--json")
    assert json.loads(done.out) == json.loads((folder.path / "verdict.json").read_bytes())
    assert done.status == 1


def test_show_prints_an_anomaly_among_its_neighbours(lossy: Path) -> None:
    done = harness("show", lossy, "--anomaly", "1", "--around", "2")
    assert done.status == 0
    assert done.out.startswith("INVALID  ")
    example = RunFolder(lossy).verdict().findings[0].examples[0]
    for sentence in example.because:
        assert sentence in done.out
    marked = [line.split()[1] for line in done.out.splitlines() if line.startswith(">")]
    assert [str(number) for number in example.operations] == marked


def test_show_without_a_number_is_about_the_first_anomaly(lossy: Path) -> None:
    done = harness("show", lossy)
    assert f"replay  harness replay {lossy}" in done.out
    assert done.out == harness("show", lossy, "--anomaly", "1").out
    assert "invoked" in done.out


def test_what_a_run_leaves_names_the_folder_that_it_is_in(tmp_path: Path) -> None:
    folder = fake_run(tmp_path / "my reports")
    assert f"harness replay {shlex.quote(str(folder))}" in (folder / "junit.xml").read_text()
    moved = Path(shutil.move(folder, tmp_path / "elsewhere"))
    assert harness("check", moved).status == 1
    for name in ("junit.xml", "report.html"):
        assert f"harness replay {moved}" in (moved / name).read_text()
        assert "my reports" not in (moved / name).read_text()


def test_replay_reproduces_a_run(folder: RunFolder, tmp_path: Path) -> None:
    reports = tmp_path / "again"
    done = harness("replay", folder.path, "--times", "2", "--reports-dir", reports)
    assert done.status == 0, done.err
    assert done.out.endswith(f"{folder.name} (INVALID) reproduced 2 of 2 times\n")
    latest = RunFolder.open(reports / "latest")
    assert latest.manifest().replay_of == folder.name
    assert latest.plan() == folder.plan()


def test_a_plan_is_replayed_on_another_cluster(folder: RunFolder, tmp_path: Path) -> None:
    reports = tmp_path / "again"
    done = harness("replay", folder.path, "--kafka-version", "3.8.1", "--reports-dir", reports)
    assert done.status == 0, done.err
    plan, before = RunFolder.open(reports / "latest").plan(), folder.plan()
    assert plan.scenario.topology.kafka_version == "3.8.1"
    assert (plan.scenario.steps, plan.streams) == (before.scenario.steps, before.streams)


def test_replay_says_when_the_run_came_out_otherwise(folder: RunFolder, tmp_path: Path) -> None:
    assert folder.verdict().validity is Validity.INVALID
    folder.save(msgspec.structs.replace(folder.verdict(), validity=Validity.VALID))
    done = harness("replay", folder.path, "--reports-dir", tmp_path / "again")
    assert done.status == 5
    assert "1. not reproduced: INVALID: " in done.out


def test_index_is_a_page_over_all_runs(lossy: Path) -> None:
    done = harness("index", "--reports-dir", lossy.parent)
    assert (done.status, done.out) == (0, f"1 runs: {lossy.parent / 'index.html'}\n")
    assert lossy.name in (lossy.parent / "index.html").read_text()


def test_scenarios_are_listed_with_what_they_are_about() -> None:
    done = harness("scenarios")
    assert done.status == 0
    assert re.search(r"^  k-ack1 +The leader acknowledges what its stalled", done.out, re.MULTILINE)


def test_the_catalogue_is_printed() -> None:
    done = harness("catalogue")
    assert done.status == 0
    assert done.out.startswith("# Glossary\n")
    assert "\n## Scenarios\n" in done.out


def test_the_demonstration_holds_on_fakes(tmp_path: Path) -> None:
    done = harness("demo", "--stack", "fake", "--reports-dir", tmp_path)
    assert (done.status, done.out.splitlines()[-1]) == (0, "All verdicts are as expected.")
    assert done.out.startswith("VALID: ")
    assert "\nINVALID: " in done.out


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",), ()])
def test_help_is_no_error(arguments: tuple[str, ...]) -> None:
    done = harness(*arguments)
    assert (done.status, done.err) == (0, "")
    assert done.out


def test_a_reader_that_has_gone_ends_the_command_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "harness", "scenarios"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.stderr, done.returncode) == (b"", 141)


def test_scenarios_are_found_from_any_folder(tmp_path: Path) -> None:
    # In a process of its own: this one has the checkout on its path, a user's need not.
    done = subprocess.run(
        [sys.executable, "-c", "from harness.cli.main import main; main()", "scenarios"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {"k-ack1", "cdc", "py-leader"} <= {line.split()[0] for line in done.stdout.splitlines()}
