"""Who steps the workers: one thread each on a real stack, one virtual clock on a fake one."""

import heapq
import itertools
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from harness.kit.clock import REAL, Clock
from harness.kit.errors import HarnessError
from harness.kit.waits import NS_PER_S, NotYet, wait_until
from harness.workloads.worker import Worker

log = logging.getLogger(__name__)
JOIN_LIMIT_S = 30.0


class Executor(Protocol):
    """Runs workers until told to stop, and lets the engine wait meanwhile."""

    clock: Clock
    """The clock of the run; its pause lets workers go on."""

    def start(self, worker: Worker) -> None:
        """Step `worker` from now on."""

    def stop(self) -> None:
        """Step nobody any more and close every worker, in order of start."""

    def crashed(self) -> str | None:
        """What a worker died of, if one did."""


def wait_for(  # noqa: D417 - the rest is as in wait_until
    executor: Executor, what: str, probe: Callable[[], str | None], *, limit_s: float
) -> None:
    """Let workers go on until `probe` has nothing to complain of any more.

    Args:
        probe: None when the condition holds, else what it saw.

    Raises:
        WaitTimeout: the condition did not come true in time.
        HarnessError: a worker crashed meanwhile.
    """

    def ask() -> bool | NotYet:
        problem = executor.crashed()
        if problem:
            raise HarnessError(problem)
        seen = probe()
        return NotYet(seen) if seen else True

    wait_until(what, ask, limit_s=limit_s, interval_s=0.02, clock=executor.clock)


class Threads:
    """A thread for every worker, on the real clock."""

    clock: Clock = REAL

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads: list[tuple[Worker, threading.Thread]] = []
        self._crash: str | None = None

    def start(self, worker: Worker) -> None:
        """Step `worker` in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(worker,), name=worker.name, daemon=True)
        self._threads.append((worker, thread))
        thread.start()

    def stop(self) -> None:
        """Let every worker finish its step, then close it."""
        self._stop.set()
        for worker, thread in self._threads:
            thread.join(JOIN_LIMIT_S)
            if thread.is_alive():
                self._crash = self._crash or f"{worker.name} did not end within {JOIN_LIMIT_S:g} s"
        self._threads.clear()

    def crashed(self) -> str | None:
        """What a worker died of, if one did."""
        return self._crash

    def _run(self, worker: Worker) -> None:
        try:
            while not self._stop.is_set():
                wait_s = worker.step()
                if wait_s > 0:
                    self._stop.wait(wait_s)
        except Exception as error:
            log.exception("worker %s died", worker.name)
            self._crash = f"worker {worker.name} died: {type(error).__name__}: {error}"
        try:
            worker.close()
        except Exception as error:
            log.exception("worker %s could not be closed", worker.name)
            self._crash = self._crash or f"worker {worker.name} could not be closed: {error}"


class Simulation:
    """All workers in one thread, in order of virtual time: the same seed, the same run.

    It is its own clock: while the engine pauses, workers that are due are stepped.

    Args:
        base: the fake stack's clock; its pause moves time and fires what the stack has waiting.
    """

    LEAST_STEP_NS = 100_000
    """A worker that wants to go on at once has to let virtual time pass."""

    def __init__(self, base: Clock) -> None:
        self.clock: Clock = self
        self._base = base
        self._due: list[tuple[int, int, Worker]] = []
        self._order = itertools.count()
        self._workers: list[Worker] = []
        self.now_ns = base.now_ns

    def start(self, worker: Worker) -> None:
        """Step `worker` from now on."""
        self._workers.append(worker)
        heapq.heappush(self._due, (self.now_ns(), next(self._order), worker))

    def stop(self) -> None:
        """Close every worker."""
        self._due.clear()
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def crashed(self) -> str | None:
        """Never: in one thread a crash is an exception."""
        return None

    def pause(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass, stepping whoever is due."""
        end_ns = self.now_ns() + round(seconds * NS_PER_S)
        with _interrupts_held_back():
            while self._due and self._due[0][0] <= end_ns:
                due_ns, _, worker = heapq.heappop(self._due)
                self._advance_to(due_ns)
                wait_ns = max(round(worker.step() * NS_PER_S), self.LEAST_STEP_NS)
                heapq.heappush(self._due, (self.now_ns() + wait_ns, next(self._order), worker))
            self._advance_to(end_ns)

    def _advance_to(self, time_ns: int) -> None:
        self._base.pause(max(0, time_ns - self.now_ns()) / NS_PER_S)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block: half a step would be a history that never was."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Signals arrive in the main thread only, and only it may set handlers.
        return
    came: list[int] = []
    kept = {
        number: signal.signal(number, lambda came_now, _frame: came.append(came_now))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
