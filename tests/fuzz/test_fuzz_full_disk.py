"""A disk that fills up in mid-run: status 10 and the file, and nothing green in what is left."""

import errno
from pathlib import Path
from random import Random

import pytest

from harness.history.frames import FrameWriter
from harness.reporting.folder import run_folders
from tests.fuzz.limits import TIMES, no_hang
from tests.unit.command import harness

CASES = 4 * TIMES
FULL = OSError(errno.ENOSPC, "No space left on device")
MOST = {"journal": 150, "facts.json": 12, "manifest.json": 2, "seal.json": 1, "verdict.json": 1}
"""About how often each file is written."""


@pytest.mark.parametrize("scenario", ["p-noflush", "p-noflush-bad"])
@pytest.mark.parametrize("name", MOST)
def test_fuzz_full_disk(
    scenario: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(CASES if MOST[name] > 1 else 1):
        random = Random(f"{scenario} {name} {number}")
        reports, writes = tmp_path / str(number), [random.randrange(MOST[name])]
        with monkeypatch.context() as disk:
            _fill(disk, name, writes)
            with no_hang():
                ran = harness(
                    *("run", scenario, "--stack", "fake", "--seed", "7"),
                    *("--reports-dir", reports),
                )
        case = f"{scenario}, {name}, case {number}: {ran.status} {ran.err}"
        if writes[0] >= 0:  # It was written less often than that.
            assert ran.status == int(scenario.endswith("-bad")), case
            continue
        assert "Traceback" not in ran.err, case
        assert ran.status in {3, 10}, case
        if ran.status == 10:
            assert ran.sentence.startswith("not enough disk space to write "), case
            assert f"{name}: free some, then repeat" in ran.sentence, case
        for folder in run_folders(reports):
            left = harness("check", folder.path)
            # What fills up after all was captured costs no evidence.
            expected = {3, 6}
            if (folder.path / "seal.json").exists():
                expected.add(int(scenario.endswith("-bad")))
            assert left.status in expected, f"{case}: {left.err}"


def _fill(disk: pytest.MonkeyPatch, name: str, writes: list[int]) -> None:
    """Let the file be written that often, and then never again."""

    def full(path: Path) -> bool:
        if path.name.removesuffix(".partial") != name:
            return False
        writes[0] -= 1
        return writes[0] < 0

    put, write_bytes = FrameWriter._put, Path.write_bytes

    def put_or_fail(writer: FrameWriter, frame: bytes) -> None:
        if full(writer._path):
            raise FULL
        put(writer, frame)

    def write_or_fail(path: Path, data: bytes) -> int:
        if full(path):
            raise FULL
        return write_bytes(path, data)

    disk.setattr(FrameWriter, "_put", put_or_fail)
    disk.setattr(Path, "write_bytes", write_or_fail)
