"""An exception that nobody foresaw ends a command with 4 and a sentence; never with a verdict's."""

import errno
import re
import sys
from pathlib import Path

import pytest

from harness.cli.status import status_of
from harness.engine import run as running
from harness.kit.crashes import as_harness_error
from harness.kit.errors import HarnessError, InternalError, NoDiskError, UsageError
from tests.unit.command import fake_run, harness


@pytest.mark.parametrize(
    "error",
    [
        KeyError("id"),
        AssertionError(),
        RecursionError("deep"),
        MemoryError(),
        SystemExit(0),
        SystemExit(1),
        GeneratorExit(),
        OSError("no name of a file"),
        BrokenPipeError(errno.EPIPE, "a client's own"),
    ],
)
def test_whatever_is_raised_ends_with_4_and_names_the_file_with_its_traceback(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    assert status_of(fails) == 4
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"harness: the harness itself failed: {type(error).__name__}")
    found = re.search(r"its traceback is in (\S+); please report it", sentence)
    assert found
    log = Path(found[1])
    assert "in fails" in log.read_text()
    log.unlink()


def test_what_was_foreseen_is_itself() -> None:
    known = UsageError("unknown")
    assert as_harness_error(known) is known
    full = as_harness_error(OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(full, NoDiskError)
    locked = as_harness_error(PermissionError(errno.EACCES, "Permission denied", "x.json"))
    assert type(locked) is HarnessError
    assert str(locked) == "cannot use x.json: Permission denied"


def test_a_crash_in_a_run_has_its_traceback_in_the_log_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(running, "execute", breaks)
    done = harness("run", "p-noflush", "--stack", "fake", "--seed", "7", "--reports-dir", tmp_path)
    assert done.status == 4
    log = (tmp_path / "latest" / "harness.log").resolve()
    assert f"ZeroDivisionError: planted; its traceback is in {log}" in done.sentence
    assert "ZeroDivisionError: planted" in log.read_text()


def test_a_crash_outside_of_a_run_says_where_its_traceback_is(tmp_path: Path) -> None:
    crash = as_harness_error(ValueError("x" * 10_000))
    assert isinstance(crash, InternalError)
    assert len(str(crash)) < 600
    Path(str(crash).split(" is in ")[1].split(";")[0]).unlink()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["index", "controls"])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda run: (run / "manifest.json").write_text("{}"), "manifest.json is not a file of"),
        (lambda run: (run / "manifest.json").unlink(), " has no manifest.json: "),
        (lambda run: (run / "verdict.json").write_bytes(b"\xff" * 9), "verdict.json is not a"),
        (lambda run: (run / "verdict.json").write_text("[" * 100_000), "verdict.json"),
        (
            lambda run: _put(run / "manifest.json", '"started_utc": "', '"started_utc": "a day '),
            "manifest.json",
        ),
    ],
)
def test_one_bad_folder_ends_no_table_over_all(
    command: str, spoil: object, said: str, tmp_path: Path
) -> None:
    good, bad = fake_run(tmp_path, "p-noflush"), fake_run(tmp_path, "p-noflush-bad")
    spoil(bad)  # type: ignore[operator]
    where = ("--reports-dir", tmp_path) if command == "index" else (tmp_path, "--stack", "fake")
    done = harness(command, *where)
    assert done.status in {0, 3}, done.err
    page = (tmp_path / "index.html").read_text() if command == "index" else done.out
    assert "unreadable: " in page
    assert said in page
    assert good.name in page or command == "controls"
    assert bad.name in page


def _put(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_interpreter_is_left_with_what_was_said() -> None:
    assert status_of(lambda: sys.stdout.write("") or 3) == 3
