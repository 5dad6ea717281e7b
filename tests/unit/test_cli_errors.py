"""The command when it cannot go on: one sentence, and a status that says which kind of trouble."""

import errno
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.engine import check
from harness.kit.errors import NoDiskError
from harness.model.codec import FORMAT_VERSION
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import Verdict
from harness.reporting.folder import RunFolder
from tests.unit.command import fake_run, harness


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that is VALID; not to be changed."""
    return fake_run(tmp_path_factory.mktemp("reports"), "p-noflush")


@pytest.fixture
def folder(valid: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(valid, tmp_path / valid.name))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "nope"), "unknown scenario 'nope'; known: "),
        (("run", "nowhere.py"), "no scenario file nowhere.py"),
        (("run",), 'Command "run" parameter SCENARIO requires an argument.'),
        (("run", "k-ack1", "--stack", "paper"), 'Invalid value "paper" for --stack.'),
        (("run", "k-ack1", "--seed", "x"), "Invalid value for --seed"),
        (("run", "k-ack1", "--sede", "1"), "Unknown option: --sede."),
        (("rnu", "k-ack1"), 'Unknown command "rnu".'),
        (("replay", "somewhere", "--times", "0"), 'Invalid value "0" for --times. Must be >= 1.'),
        (("run", "k-ack1", "--kafka-version", "4.3.1"), "Kafka 4.3.1 does not support ZooKeeper"),
        (("run", "k-ack1", "--kafka-version", "3.9.7"), "Kafka 3.9.7 is not known; known are 2."),
        (("up", "--metadata", "kraft", "--kafka-version", "4.9.9"), "Kafka 4.9.9 is not known"),
        (("run", "k-ack1", "--metadata", "paper"), 'Invalid value "paper" for --metadata.'),
        (("up", "--brokers", "0"), 'Invalid value "0" for --brokers. Must be >= 1.'),
        (("groups", "reset", "billing", "--to", "then"), "--to then is not a valid offset"),
        (("groups", "reset", "billing", "--to", "offset", "--execute"), "--to offset is not a val"),
        (("groups", "reset", "billing"), 'Command "groups reset" parameter --to requires an '),
    ],
)
def test_a_request_without_sense_ends_with_2(arguments: tuple[str, ...], sentence: str) -> None:
    done = harness(*arguments)
    assert done.status == 2
    assert done.sentence.startswith(sentence)
    assert done.out == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def broken(:", "mine.py cannot be loaded: SyntaxError: "),
        ("raise RuntimeError('no')", "mine.py cannot be loaded: RuntimeError: no"),
        ("", "mine.py lists no scenario: add a table, SCENARIOS = (MINE,)"),
        (
            (
                "from harness.shipped.scenarios.controls_brokers import LEADER_SILENT\n"
                "from harness.shipped.scenarios.controls_brokers import LEADER_DIES_AHEAD\n"
                "SCENARIOS = (LEADER_SILENT, LEADER_DIES_AHEAD)"
            ),
            "mine.py lists several scenarios: k-ack0, k-ack1",
        ),
    ],
)
def test_a_scenario_file_that_cannot_be_run_ends_with_2(
    text: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    done = harness("run", path, "--stack", "fake", "--reports-dir", tmp_path)
    assert done.status == 2
    assert sentence in done.sentence


def test_a_number_that_no_anomaly_has_ends_with_2(valid: Path) -> None:
    done = harness("show", valid, "--anomaly", "1")
    assert (done.status, done.out) == (2, "")
    assert done.sentence == f"{valid.name} has 0 anomalies; number 1 does not exist"


@pytest.mark.parametrize("command", ["check", "show", "replay"])
@pytest.mark.parametrize(
    ("spoil", "status", "sentence"),
    [
        (shutil.rmtree, 6, "no run folder "),
        (lambda path: (path / "manifest.json").unlink(), 6, " has no manifest.json: "),
        (lambda path: cut(path / "manifest.json"), 6, "manifest.json is not a file of this "),
        (
            lambda path: (path / "plan.json").unlink(),
            6,
            "plan.json, it is missing, although the seal",
        ),
        (lambda path: cut(path / "plan.json"), 6, "plan.json, its digest differs"),
        (lambda path: unsealed(path).unlink(), 6, " has no plan.json: "),
        (lambda path: cut(unsealed(path)), 6, "plan.json is not a file of this harness: "),
        (lambda path: swap(unsealed(path)), 6, "plan.json contains a facts, not a plan"),
        (lambda path: strange(unsealed(path)), 6, "plan.json, its digest does not match"),
        (lambda path: newer(unsealed(path)), 7, "upgrade kafka-chaos-harness to open it"),
    ],
    ids=[
        *("gone", "empty", "manifest torn", "no plan", "plan torn"),
        *("unsealed, no plan", "unsealed, plan torn", "facts", "field", "newer"),
    ],
)
def test_a_run_folder_that_cannot_be_read(
    command: str, spoil: Callable[[Path], object], status: int, sentence: str, folder: Path
) -> None:
    spoil(folder)
    done = harness(command, folder)
    assert done.status == status
    assert sentence in done.sentence


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda path: shutil.rmtree(path / "history"),
            "journal, it is missing, although the seal lists it",
        ),
        (
            lambda path: (path / "history" / "journal").write_bytes(b""),
            "journal, its digest differs",
        ),
        (lambda path: shutil.rmtree(unsealed(path).parent / "history"), "cannot read the journal "),
        (
            lambda path: (unsealed(path).parent / "history" / "journal").write_bytes(b""),
            " recorded nothing",
        ),
    ],
    ids=["gone", "empty", "unsealed, gone", "unsealed, empty"],
)
def test_a_history_that_cannot_be_read_ends_with_6(
    spoil: Callable[[Path], object], sentence: str, folder: Path
) -> None:
    spoil(folder)
    done = harness("check", folder)
    assert done.status == 6
    assert sentence in done.sentence


def test_a_run_that_was_never_checked_says_what_to_do(folder: Path) -> None:
    (folder / "verdict.json").unlink()
    done = harness("show", folder)
    assert done.status == 6
    assert done.sentence.endswith(f"its run was not checked; run `harness check {folder}`")


def test_an_index_over_nothing_ends_with_6(tmp_path: Path) -> None:
    done = harness("index", "--reports-dir", tmp_path / "nowhere")
    assert done.status == 6
    assert done.sentence.startswith(f"no folder {tmp_path / 'nowhere'}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "k-ack1", "--seed", "1"),
        ("demo",),
        ("up",),
        ("down",),
        ("status",),
        ("exec", "broker-1", "true"),
        ("sweep",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_an_engine_whatever_needs_one_ends_with_9(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = f"tcp://127.0.0.1:{closed_port()}"
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.chdir(tmp_path)
    done = harness(*arguments)
    assert done.status == 9
    assert f"no Docker engine answers at {address} (" in done.sentence
    assert "Connection refused" in done.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("status",), ("run", "k-ack1")], ids=" ".join)
def test_an_engine_behind_ssh_needs_a_package_that_is_named(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://somewhere")
    monkeypatch.setitem(sys.modules, "paramiko", None)
    monkeypatch.chdir(tmp_path)
    done = harness(*command)
    assert done.status == 9
    assert "DOCKER_HOST=ssh://somewhere needs the Python package paramiko" in done.sentence


def test_doctor_says_what_is_missing_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{closed_port()}")
    done = harness("doctor")
    assert done.status == 4
    assert "MISSING Docker engine" in done.out
    assert "apt-get install docker.io" in done.out


def test_a_folder_that_cannot_be_written_ends_with_6(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    done = harness("run", "k-ack1", "--stack", "fake", "--reports-dir", tmp_path / "reports")
    assert done.status == 6
    assert done.sentence.startswith(f"cannot make a run folder in {tmp_path / 'reports'}: ")


def test_a_run_folder_that_may_not_be_written_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, PermissionError(errno.EACCES, "Permission denied", str(folder)))
    done = harness("check", folder)
    assert (done.status, done.sentence) == (4, f"cannot use {folder}: Permission denied")


def test_a_full_disk_at_the_check_ends_with_10(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, OSError(errno.ENOSPC, "No space left on device", str(folder)))
    done = harness("check", folder)
    assert done.status == 10
    assert "No space left on device" in done.sentence
    assert "free some disk" in done.sentence


def test_a_disk_too_full_for_a_run_folder_ends_with_10(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    done = harness("run", "k-ack1", "--stack", "fake", "--reports-dir", tmp_path)
    assert done.status == 10
    assert done.sentence == f"not enough disk space for a run folder in {tmp_path}"


def test_a_journal_on_a_full_device_ends_with_10(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create = RunFolder.create

    def with_a_full_table(reports: Path, **names: str) -> RunFolder:
        made = create(reports, **names)  # type: ignore[arg-type]
        (made.history / "journal").symlink_to("/dev/full")
        return made

    monkeypatch.setattr(RunFolder, "create", with_a_full_table)
    done = harness("run", "p-pausedup", "--stack", "fake", "--reports-dir", tmp_path)
    assert done.status == 10
    assert done.sentence.startswith("not enough disk space to write ")
    assert "history/journal: free some" in done.sentence


def test_a_disk_that_fills_up_under_a_fault_does_not_keep_it_from_healing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    save = RunFolder.save

    def until_the_fault(folder: RunFolder, *values: Manifest | Plan | Facts | Verdict) -> None:
        for value in values:
            if isinstance(value, Facts) and any(each.event == "injected" for each in value.faults):
                raise NoDiskError(f"not enough disk space to write {folder.path}")
        save(folder, *values)

    monkeypatch.setattr(RunFolder, "save", until_the_fault)
    done = harness("run", "p-pausedup", "--stack", "fake", "--reports-dir", tmp_path)
    assert done.status == 10
    assert done.err.count("process.pause on broker-") == 4
    assert "healed" in done.err


def test_an_error_that_nobody_foresaw_is_no_verdict_and_not_hidden(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    refuse(monkeypatch, ZeroDivisionError())
    done = harness("check", folder)
    assert done.status == 4
    assert done.sentence.startswith("the harness itself failed: ZeroDivisionError; its traceback")
    assert len(list(tmp_path.glob("harness-error-*.log"))) == 1


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let writing a checked run's page fail."""

    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(check, "render", fail)


def unsealed(folder: Path) -> Path:
    """The plan of a run that was killed before it was sealed."""
    (folder / "seal.json").unlink()
    return folder / "plan.json"


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def swap(path: Path) -> None:
    path.write_bytes(path.with_name("facts.json").read_bytes())


def strange(path: Path) -> None:
    path.write_text(path.read_text().replace('"seed"', '"sede"', 1))


def newer(path: Path) -> None:
    now = f'"format_version": {FORMAT_VERSION}'
    path.write_text(path.read_text().replace(now, '"format_version": 999', 1))


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
