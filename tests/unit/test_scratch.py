"""Temporary folders: gone with their process, or swept after it was killed."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.kit import scratch
from harness.kit.owner import Owner, this_process
from harness.kit.scratch import Scratch


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files, of this process and those that it starts."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_that_is_removed_leaves_nothing(temp: Path) -> None:
    one, two = Scratch("program"), Scratch("program")
    (one.path / "log").write_text("x")
    assert one.path != two.path
    one.remove()
    assert two.path.exists()
    two.remove()
    two.remove()
    assert list(temp.iterdir()) == []


def test_only_folders_of_processes_that_are_gone_are_swept(temp: Path) -> None:
    code = (
        "import os; from harness.kit.scratch import Scratch; Scratch('program')\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    (folder,) = temp.iterdir()
    mine = Scratch("program")
    far = folder / str(Owner(boot="another", namespace="1", process="1:1"))
    far.mkdir()
    removed = list(scratch.remove_abandoned())
    assert len(removed) == 1
    assert {each.name for each in folder.iterdir()} == {str(this_process()), far.name}
    mine.remove()
