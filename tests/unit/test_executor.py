"""Executors: real threads, and one thread over virtual time."""

import threading

import pytest

from harness.engine.executor import Simulation, Threads, wait_for
from harness.kit.errors import HarnessError, WaitTimeout
from harness.kit.waits import NS_PER_S
from tests.unit.test_kit import ManualClock


class Counter:
    """Counts its steps on a clock."""

    def __init__(
        self, name: str, every_s: float, log: list[tuple[str, int]], clock: ManualClock
    ) -> None:
        self.name = name
        self.every_s = every_s
        self.log = log
        self.clock = clock
        self.closed = False

    def step(self) -> float:
        self.log.append((self.name, self.clock.now_ns() // 1_000_000))
        return self.every_s

    def close(self) -> None:
        self.closed = True


def test_a_simulation_steps_workers_in_order_of_virtual_time() -> None:
    log: list[tuple[str, int]] = []
    clock = ManualClock()
    simulation = Simulation(clock)
    workers = [Counter("a", 0.010, log, clock), Counter("b", 0.015, log, clock)]
    for worker in workers:
        simulation.start(worker)
    simulation.pause(0.03)
    assert log == [("a", 0), ("b", 0), ("a", 10), ("b", 15), ("a", 20), ("b", 30), ("a", 30)]
    simulation.stop()
    assert all(worker.closed for worker in workers)


def test_a_simulated_worker_that_never_rests_still_lets_time_pass() -> None:
    log: list[tuple[str, int]] = []
    clock = ManualClock()
    simulation = Simulation(clock)
    simulation.start(Counter("busy", 0.0, log, clock))
    simulation.pause(0.01)
    assert clock.now_ns() == NS_PER_S // 100
    assert 1 < len(log) <= 101


def test_waiting_on_a_simulation_lets_its_workers_work() -> None:
    log: list[tuple[str, int]] = []
    clock = ManualClock()
    simulation = Simulation(clock)
    simulation.start(Counter("a", 0.010, log, clock))
    wait_for(simulation, "five steps", lambda: None if len(log) >= 5 else "few", limit_s=1)
    with pytest.raises(WaitTimeout, match="waited 1 s for the moon; last seen: clouds"):
        wait_for(simulation, "the moon", lambda: "clouds", limit_s=1)


class Raiser:
    """Dies in its first step."""

    name = "raiser"

    def __init__(self) -> None:
        self.closed = threading.Event()

    def step(self) -> float:
        raise ValueError("boom")

    def close(self) -> None:
        self.closed.set()


def test_a_worker_that_dies_stops_the_wait_and_is_closed() -> None:
    threads = Threads()
    worker = Raiser()
    threads.start(worker)
    with pytest.raises(HarnessError, match="worker raiser died: ValueError: boom"):
        wait_for(threads, "nothing", lambda: "never", limit_s=10)
    threads.stop()
    assert worker.closed.is_set()


class Stepper:
    """Counts steps until closed, in whatever thread."""

    name = "stepper"

    def __init__(self) -> None:
        self.steps = 0
        self.closed = False

    def step(self) -> float:
        assert not self.closed
        self.steps += 1
        return 0.0

    def close(self) -> None:
        self.closed = True


def test_threads_step_until_stopped_and_close_after_the_last_step() -> None:
    threads = Threads()
    worker = Stepper()
    threads.start(worker)
    wait_for(threads, "steps", lambda: None if worker.steps > 10 else "few", limit_s=10)
    threads.stop()
    assert worker.closed
    assert worker.name not in {thread.name for thread in threading.enumerate()}
    assert threads.crashed() is None
