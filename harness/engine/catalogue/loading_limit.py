"""A limit on how long a scenario file may take to load: one that never ends is an error, too."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CPU_LIMIT_S = 10.0
LIMIT_S = 20.0
AGAIN_S = 1.0
"""A signal that is handled while CPython words another error is lost in it (`PyErr_Format`)."""


class TookTooLongError(BaseException):
    """A file has used up its time; no `except Exception` in it holds this up."""

    def __init__(self) -> None:
        super().__init__(
            f"it did not finish within {CPU_LIMIT_S:g} s of processor time or {LIMIT_S:g} s in "
            "total; a scenario file should only create values"
        )


@contextmanager
def limited() -> Iterator[None]:
    """Raise TookTooLongError in the block when it takes too long.

    Only the main thread can be interrupted; on another one the block has no limit. Computing has a
    limit of its own, so that a busy machine does not make a good file late.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    kinds = (
        (signal.ITIMER_REAL, signal.SIGALRM, LIMIT_S),
        (signal.ITIMER_PROF, signal.SIGPROF, CPU_LIMIT_S),
    )
    before = [signal.signal(number, interrupt) for _, number, _ in kinds]
    for timer, _, limit_s in kinds:
        signal.setitimer(timer, limit_s, AGAIN_S)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(kinds, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
