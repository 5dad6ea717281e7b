"""The scenarios, good and bad twins, come to the same verdicts on the fake stack as stated."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(("traffic", "runs"), [("not pipeline", 2), ("pipeline", 1)])
def test_every_scenario_holds_on_the_fake_stack(tmp_path: Path, traffic: str, runs: int) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "scenarios", "-q", "--tb=short"),
            *("-m", traffic, "--stack", "fake", "--seed", "1", "--runs", str(runs)),
            *("--reports-dir", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
