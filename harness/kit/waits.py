"""Waiting for conditions: always with a limit, always able to say what was last seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from harness.kit.clock import REAL, Clock
from harness.kit.errors import WaitTimeout

NS_PER_S = 1_000_000_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotYet:
    """A probe's answer while its condition does not hold: what it saw instead."""

    seen: str


class Deadline:
    """A point on a clock after which nobody waits any longer."""

    def __init__(self, limit_s: float, clock: Clock = REAL) -> None:
        self._clock = clock
        self.limit_s = limit_s
        self._end_ns = clock.now_ns() + int(limit_s * NS_PER_S)

    @property
    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, (self._end_ns - self._clock.now_ns()) / NS_PER_S)

    @property
    def passed(self) -> bool:
        """Whether the deadline lies behind."""
        return self._clock.now_ns() >= self._end_ns


def wait_until(
    what: str,
    probe: Callable[[], T | NotYet],
    *,
    limit_s: float,
    interval_s: float = 0.05,
    retry_on: tuple[type[Exception], ...] = (),
    clock: Clock = REAL,
) -> T:
    """Ask `probe` until it answers with something else than NotYet, and return that.

    Args:
        what: the condition, in words; it goes into the error.
        probe: returns NotYet(what it saw) while the condition does not hold.
        limit_s: seconds until WaitTimeout.
        interval_s: seconds between two questions.
        retry_on: exceptions that mean "not yet" (a refused connection while a service boots).
        clock: whose time counts.

    Raises:
        WaitTimeout: the condition did not come true in time; says what was last seen.
    """
    deadline = Deadline(limit_s, clock)
    while True:
        try:
            answer = probe()
        except retry_on as error:
            answer = NotYet(f"{type(error).__name__}: {error}")
        if not isinstance(answer, NotYet):
            return answer
        if deadline.passed:
            raise WaitTimeout(what, limit_s, answer.seen)
        clock.pause(min(interval_s, max(deadline.left_s, 0.001)))
