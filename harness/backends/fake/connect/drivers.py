"""Steps a task as long as the process of its worker lives: nothing runs by itself."""

from collections.abc import Callable
from typing import Protocol

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.connect.data import TaskError
from harness.backends.fake.process import Process

LEAST_S = 0.001
FROZEN_S = 0.05


class Run(Protocol):
    """A task at work."""

    def step(self) -> float:
        """Go on; in how many seconds it wants to be asked again.

        Raises:
            TaskError: it cannot go on.
        """

    def end(self) -> bool:
        """Go on until it may end in good order; whether it has."""

    def drop(self) -> None:
        """Its process is gone: nothing of it may go on."""

    def fail(self) -> None:
        """It cannot go on, in a process that lives."""


class Driver:
    """Steps one run in the incarnation of a process.

    Args:
        failed: told why the task is at its end.
    """

    def __init__(
        self,
        run: Run,
        process: Process,
        clock: VirtualClock,
        failed: Callable[[TaskError], None],
    ) -> None:
        self._run = run
        self._process = process
        self._starts = process.starts
        self._clock = clock
        self._failed = failed
        self._then: Callable[[], None] | None = None
        self._retired = False
        self.ended = False
        clock.call_after(LEAST_S, self._go)

    @property
    def lives(self) -> bool:
        """Whether the process that it began in is there."""
        return self._process.starts == self._starts and self._process.state != "exited"

    def end(self, then: Callable[[], None]) -> None:
        """End in good order, and then do the next."""
        self._then = then
        if self._process.active and self._run.end():
            self._finish()

    def drop(self) -> None:
        """End at once."""
        if not self.ended:
            self.ended = True
            self._run.drop()

    def retire(self) -> None:
        """Others have its task: nothing of it leaves, and it ends when its process is awake."""
        self._retired = True
        self._run.drop()

    def review(self) -> None:
        """See whether the process is still there."""
        if not self.lives:
            self.drop()

    def _go(self) -> None:
        self.review()
        if self.ended:
            return
        wait_s = FROZEN_S
        if self._process.active:
            if self._retired:
                self.ended = True
                self._run.fail()
                return
            try:
                if self._then is None:
                    wait_s = self._run.step()
                elif self._run.end():
                    self._finish()
                    return
            except TaskError as error:
                self.ended = True
                self._run.fail()
                self._failed(error)
                return
        self._clock.call_after(max(wait_s, LEAST_S), self._go)

    def _finish(self) -> None:
        then, self._then = self._then, None
        self.drop()
        if then is not None:
            then()
