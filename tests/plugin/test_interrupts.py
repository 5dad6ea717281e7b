"""A harness that is stopped or killed in the middle of chaos, and what can be made of its run."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.checkers.kind import KINDS
from harness.history.load import load
from harness.kit.errors import RunFolderError
from harness.kit.waits import NotYet, wait_until
from harness.model.facts import Facts
from harness.model.verdict import Verdict
from harness.reporting.folder import RunFolder

pytest_plugins = ("pytester",)

Runs = Callable[..., list[RunFolder]]
HARNESS = (sys.executable, "-c", "from harness.cli.main import main; main()")
LONG = """
import msgspec
from harness.api import Limits, after, broker
from mine import GOOD

LONG = msgspec.structs.replace(
    GOOD,
    name="long",
    steps=(
        after(acks=200).kill(broker(0)),
        after(acks=200).delay(broker(1), latency_ms=100),
        after(seconds=86_400).heal("kill"),
    ),
    limits=Limits(chaos_s=86_400),
)
SCENARIOS = (LONG,)

def test_long(run_scenario):
    run_scenario(LONG).must_be_valid()
"""
END_LIMIT_S = 60


@contextmanager
def in_chaos(project: pytest.Pytester, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A harness in a process of its own, once both of its faults took effect."""
    project.makepyfile(test_long=LONG)
    process = subprocess.Popen(
        # What a shell starts in the background ignores SIGINT, and so does all that it starts.
        ("env", "--default-signal=INT", *command),
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(END_LIMIT_S, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            if "delay: network.delay" in line and "confirmed" in line:
                break
        else:
            raise AssertionError(f"it ended by itself with {process.wait(END_LIMIT_S)}")
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate(timeout=END_LIMIT_S)


def stopped(process: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str]:
    """Status and last words of `process` after the signal."""
    process.send_signal(how)
    out, _ = process.communicate(timeout=END_LIMIT_S)
    return process.returncode, out


def harness_run(*more: str) -> tuple[str, ...]:
    return (*HARNESS, "run", "test_long.py", "--stack", "fake", "--seed", "7", *more)


def checked(run: RunFolder) -> tuple[int, Verdict]:
    done = subprocess.run([*HARNESS, "check", str(run.path)], capture_output=True, check=False)
    return done.returncode, run.verdict()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_run_that_is_stopped_heals_and_keeps_what_it_has(
    how: signal.Signals, project: pytest.Pytester, runs: Runs
) -> None:
    with in_chaos(project, *harness_run()) as process:
        status, out = stopped(process, how)
    assert status == 130
    assert out.endswith("harness: interrupted; faults were healed, the recorded history was kept\n")
    assert "Traceback" not in out
    (run,) = runs()
    assert run.manifest().finished_utc is not None
    assert healed(run.facts()) == ["delay", "kill"]
    assert len(load(run.history).sends) >= 400
    status, verdict = checked(run)
    assert (status, verdict.validity) == (3, "UNKNOWN")
    assert verdict.headline.startswith("UNKNOWN: the run was stopped before its final read")
    assert not any(finding.counts for finding in verdict.findings)
    assert run.report.is_file()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_pytest_that_is_stopped_heals_and_ends_with_2(
    how: signal.Signals, project: pytest.Pytester, runs: Runs
) -> None:
    pytest_command = (sys.executable, "-m", "pytest", "--stack=fake", "--seed=7", "test_long.py")
    with in_chaos(project, *pytest_command) as process:
        status, out = stopped(process, how)
    assert status == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in out
    (run,) = runs()
    assert healed(run.facts()) == ["delay", "kill"]
    assert checked(run)[0] == 3


def test_workers_heal_when_who_leads_them_gets_sigterm(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(test_long=LONG)
    process = subprocess.Popen(
        (
            *("env", "--default-signal=INT", sys.executable, "-m", "pytest"),
            *("--stack=fake", "--seed=7", "--numprocesses=1", "test_long.py"),
        ),
        cwd=project.path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(
            "a fault",
            lambda: in_fault(runs()) or NotYet("none"),
            limit_s=END_LIMIT_S,
            retry_on=(RunFolderError,),
        )
        status, out = stopped(process, signal.SIGTERM)
    finally:
        process.kill()
        process.communicate(timeout=END_LIMIT_S)
    assert status == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in out
    (run,) = runs()
    assert "kill" in healed(run.facts())


def test_a_killed_run_can_be_read_and_proves_nothing(project: pytest.Pytester, runs: Runs) -> None:
    with in_chaos(project, *harness_run()) as process:
        status, _ = stopped(process, signal.SIGKILL)
    assert status == -signal.SIGKILL
    (run,) = runs()
    assert run.manifest().finished_utc is None
    assert run.plan().scenario.name == "long"
    assert [event.event for event in run.facts().faults] == ["asked", "injected", "witnessed"] * 2
    assert len(load(run.history).sends) >= 100
    status, verdict = checked(run)
    assert (status, verdict.validity) == (3, "UNKNOWN")
    assert all(KINDS[finding.kind].rests_on_absence for finding in verdict.findings)
    assert all("killed run" in finding.permitted_by[0] for finding in verdict.findings)


def in_fault(found: list[RunFolder]) -> bool:
    """Whether a run has begun whose first fault bites."""
    return any(event.event == "witnessed" for run in found for event in run.facts().faults)


def healed(facts: Facts) -> list[str]:
    return [event.step for event in facts.faults if event.event == "healed"]
