"""What a worker is: a piece of traffic that an executor steps."""

from typing import Protocol

IDLE_S = 0.02
"""How long a worker that has nothing to do waits before it looks again."""


class Worker(Protocol):
    """Does bounded pieces of work; owned by one thread at a time.

    On Docker each worker is stepped by its own thread, on fakes all by one: so a step may block for
    a fraction of a second at most, and never waits for another worker.
    """

    name: str

    def step(self) -> float:
        """Do a bounded piece of work; return the seconds until the next is due."""

    def close(self) -> None:
        """Hand back what it holds and flush its records; called once, after the last step."""
