"""A replay: a consumer is given again what it applied, as after a reset of its group's offsets."""

from collections.abc import Callable

WATCHED_READS = 400
"""Reads that a replay waits for half-way: several of every row."""


class Replay:
    """Says when a consumer begins anew, and when it waits for readers to look.

    It waits where half of what it had applied is applied again: what a row was then, readers are
    sure to see if the cache shows it.

    Args:
        after: begin anew after so many events, once; 0: never.
        reads: how often readers have looked so far.
    """

    def __init__(self, after: int, reads: Callable[[], int]) -> None:
        self._after = after
        self._reads = reads
        self._applied = 0
        self._begun = False
        self._watched_from: int | None = None

    def applied(self) -> None:
        """Another event is applied."""
        self._applied += 1

    def begins(self) -> bool:
        """Whether it is time to begin anew; says so once."""
        if self._begun or not self._after or self._applied < self._after:
            return False
        self._begun, self._applied = True, 0
        return True

    def waits(self) -> bool:
        """Whether readers have to look before the next event is applied."""
        if not self._begun or self._applied != self._after // 2:
            return False
        if self._watched_from is None:
            self._watched_from = self._reads()
        return self._reads() < self._watched_from + WATCHED_READS
