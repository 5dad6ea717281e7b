"""The log of a source whose server does not keep it until the end: it is taken over as it grows."""

import logging
import threading
from collections.abc import Generator

from harness.model.ports.source import Follower
from harness.model.rows import Committed, Position

log = logging.getLogger(__name__)
EVERY_S = 0.5


class KeptLog:
    """A `Follower` that keeps in memory what was committed so far.

    Args:
        follower: reads the log itself.
        errors: what it raises while the source cannot be read; it is asked again later.
    """

    def __init__(self, follower: Follower, errors: tuple[type[Exception], ...]) -> None:
        self._follower = follower
        self._errors = errors
        self._kept: list[Committed] = []
        self._lock = threading.Lock()
        self._read = False
        """It is being read, or was: nothing more is taken over."""

    def take_over(self) -> None:
        """Keep what is new, and let the server forget it; nothing once somebody reads."""
        with self._lock:
            if self._read:
                return
            try:
                self._kept += list(self._follower.read())
                # Whether or not the server hears of it, the follower hands out none of it again.
                self._follower.confirm()
            except self._errors as error:
                log.warning("the log of the source is not taken over now: %s", error)

    def close(self) -> None:
        """Leave nothing behind on the server."""
        self._follower.close()

    @property
    def position(self) -> Position:
        """Behind the last transaction that was handed out."""
        return self._follower.position

    def read(self, *, answer_limit_s: float = 5.0) -> Generator[Committed]:
        """Everything from the beginning, as often as it is asked for."""
        with self._lock:
            self._read = True
        yield from self._kept
        yield from self._follower.read(answer_limit_s=answer_limit_s)

    def confirm(self) -> None:
        """Nothing: what was taken over is confirmed already."""


class LogKeeper:
    """A worker that lets a log be taken over."""

    name = "log-keeper"

    def __init__(self, kept: KeptLog) -> None:
        self._kept = kept

    def step(self) -> float:
        """Take over what is new."""
        self._kept.take_over()
        return EVERY_S

    def close(self) -> None:
        """Nothing: the log is read after the last step."""
