"""How many sends are due: an open loop, which goes on at its rate whatever the stack does."""

from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S


class Pace:
    """A rate, kept since the first question.

    Args:
        rate_per_s: sends per second; 0 is as fast as they are taken.
        batch: the most that are handed out at once.
    """

    def __init__(self, rate_per_s: float, batch: int, clock: Clock) -> None:
        self._rate = rate_per_s
        self._batch = batch
        self._clock = clock
        self._began_ns: int | None = None

    def due(self, sent: int) -> tuple[int, float]:
        """How many are due now when `sent` were sent, and the seconds until the next look."""
        batch, rate = self._batch, self._rate
        if not rate:
            return batch, 0.0
        now = self._clock.now_ns()
        if self._began_ns is None:
            self._began_ns = now
        due = 1 + int((now - self._began_ns) * rate / NS_PER_S) - sent
        # Behind by more than a second, an open-loop load would come as one burst: let it go.
        if due > rate + batch:
            self._began_ns += int((due - rate) * NS_PER_S / rate)
        return min(due, batch), 0.0 if due > batch else max(1.0 / rate, 0.001)
