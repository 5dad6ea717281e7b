"""Who has a stack: one holder at a time, wherever it runs, and until it is gone."""

import os
import subprocess
import sys

import msgspec
import pytest

from harness.backends.docker import labels, lease
from harness.backends.docker.lease import Lease
from harness.kit import owner
from harness.kit.owner import Owner, this_process
from tests.unit.memory_engine import MemoryEngine

STACK = {labels.STACK: "chaos-1"}


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


def of(engine: MemoryEngine, stack: str = "chaos-1") -> Lease:
    return Lease(engine, stack, "image", {labels.STACK: stack})


def held_elsewhere(engine: MemoryEngine, holder: Owner) -> None:
    """Let a process that is not this one hold the stack."""
    marks = {**STACK, labels.HOLDER: str(holder)}
    engine.create_container("image", ["true"], name="chaos-1-lease", labels=marks)


def ended() -> Owner:
    """A process of this machine that has ended."""
    code = "from harness.kit.owner import this_process; print(this_process())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    read = owner.parsed(done.stdout.strip())
    assert read is not None
    return read


def far_away(**place: str) -> Owner:
    """A process with this one's id where that says nothing."""
    return Owner(**{**msgspec.to_builtins(this_process()), **place})


ELSEWHERE = {
    "another machine or boot": {"boot": "another"},
    "another PID namespace": {"namespace": "1"},
}


def test_this_process_runs_and_one_with_its_pid_but_another_start_does_not() -> None:
    assert this_process().runs
    assert owner.parsed(str(this_process())) == this_process()
    assert not owner.runs_here(f"{os.getpid()}:1")
    assert ended().runs is False


@pytest.mark.parametrize("place", ELSEWHERE)
def test_of_a_process_elsewhere_nobody_can_see_whether_it_runs(place: str) -> None:
    assert far_away(**ELSEWHERE[place]).runs is None


def test_a_lease_is_held_by_one_at_a_time(engine: MemoryEngine) -> None:
    first, second, other = of(engine), of(engine), of(engine, "chaos-2")
    assert first.take()
    assert not second.take()
    assert other.take()
    first.release()
    assert second.take()
    second.release()
    other.release()
    assert engine.made == {}


def test_the_lease_of_a_process_that_was_killed_here_is_free_at_once(engine: MemoryEngine) -> None:
    held_elsewhere(engine, ended())
    mine = of(engine)
    assert mine.take()
    mine.release()


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_lease_of_a_process_elsewhere_holds_while_it_is_renewed_by_the_engines_clock(
    engine: MemoryEngine, place: str
) -> None:
    held_elsewhere(engine, far_away(**ELSEWHERE[place]))
    (held,) = lease.holders(engine).values()
    assert not of(engine).take()
    engine.time_s += lease.LEASE_S / 2
    lease.renew(engine, held["Id"])
    engine.time_s += lease.LEASE_S / 2 + 2
    assert lease.is_alive(engine, held)
    assert not of(engine).take()
    engine.time_s += lease.LEASE_S / 2
    assert not lease.is_alive(engine, held)
    mine = of(engine)
    assert mine.take()
    mine.release()


def test_a_lease_that_somebody_pruned_is_made_again(
    engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = of(engine)
    monkeypatch.setattr(lease, "RENEW_EVERY_S", 3600.0)
    assert mine.take()
    engine.made.clear()
    mine.renew()
    assert len(engine.made) == 1
    assert mine.lost is None
    mine.release()


def test_a_lease_that_another_process_took_is_lost_and_leaves_theirs_alone(
    engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = of(engine)
    monkeypatch.setattr(lease, "RENEW_EVERY_S", 3600.0)
    assert mine.take()
    engine.made.clear()
    held_elsewhere(engine, far_away(boot="another"))
    mine.renew()
    assert "another process took the stack chaos-1" in (mine.lost or "")
    mine.release()
    assert len(engine.made) == 1
