"""The `harness` command inside the process of a test."""

import io
import signal
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli.main import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command ended with and said."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it says of its failure; fails unless that is one line for people."""
        said = [line for line in self.err.splitlines() if line.startswith("harness: ")]
        assert len(said) == 1, self.err
        assert self.err.splitlines()[-1] == said[0]
        assert "Traceback" not in self.err
        return said[0].removeprefix("harness: ")


def harness(*arguments: str | Path) -> Done:
    """Run the command with `arguments`."""
    out, err = io.StringIO(), io.StringIO()
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([str(each) for each in arguments])
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert isinstance(left.value.code, int)
    return Done(left.value.code, out.getvalue(), err.getvalue())


def fake_run(reports: Path, scenario: str = "p-noflush-bad", seed: int = 7) -> Path:
    """The folder of a run on fakes."""
    done = harness(
        "run", scenario, "--stack", "fake", "--seed", str(seed), "--reports-dir", reports
    )
    assert done.status in {0, 1, 3}, done.err
    return (reports / "latest").resolve()
