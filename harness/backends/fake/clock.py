"""A clock that moves only when told to, and fires what is due on its way: same seed, same run."""

import heapq
import itertools
from collections.abc import Callable

from harness.kit.waits import NS_PER_S

Action = Callable[[], object]


class Timer:
    """Something to be done later; may be cancelled."""

    __slots__ = ("_action",)

    def __init__(self, action: Action) -> None:
        self._action: Action | None = action

    def cancel(self) -> None:
        """Do not do it after all; no harm when it was done already."""
        self._action = None

    def fire(self) -> None:
        """Do it, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class VirtualClock:
    """Time for everything in a fake stack.

    What is due at the same nanosecond is done in the order in which it was asked for.
    """

    def __init__(self) -> None:
        self._now_ns = 0
        self._order = itertools.count()
        self._timers: list[tuple[int, int, Timer]] = []

    def now_ns(self) -> int:
        """Nanoseconds since the stack was made."""
        return self._now_ns

    def pause(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass, doing what falls due meanwhile."""
        end_ns = self._now_ns + round(seconds * NS_PER_S)
        while self._timers and self._timers[0][0] <= end_ns:
            self._fire_next()
        self._now_ns = max(self._now_ns, end_ns)

    def pause_until(self, done: Callable[[], bool], limit_s: float) -> None:
        """Let time pass until `done` or `limit_s` seconds have passed."""
        end_ns = self._now_ns + round(limit_s * NS_PER_S)
        while not done():
            if not self._timers or self._timers[0][0] > end_ns:
                self._now_ns = max(self._now_ns, end_ns)
                return
            self._fire_next()

    def call_after(self, seconds: float, action: Action) -> Timer:
        """Do `action` in `seconds` from now."""
        timer = Timer(action)
        due_ns = self._now_ns + max(0, round(seconds * NS_PER_S))
        heapq.heappush(self._timers, (due_ns, next(self._order), timer))
        return timer

    def _fire_next(self) -> None:
        due_ns, _, timer = heapq.heappop(self._timers)
        # An action may itself let time pass; nothing ever runs backwards.
        self._now_ns = max(self._now_ns, due_ns)
        timer.fire()
