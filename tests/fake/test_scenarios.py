"""The scenarios, good and bad twins, come to the same verdicts on the fake stack as stated."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_scenario_holds_on_the_fake_stack(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "scenarios", "-q", "--tb=short"),
            # The fakes have brokers, and nothing beside them.
            *("-m", "not pipeline"),
            *("--stack", "fake", "--seed", "1", "--runs", "2", "--reports-dir", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
