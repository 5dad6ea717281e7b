"""How much the fuzzer does, and how long one case may take."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
"""How many times as many cases as in the fast gate."""
LIMIT_S = 20


@contextmanager
def no_hang() -> Iterator[None]:
    """Fail what takes longer than a person waits."""

    def too_long(*_: object) -> None:
        raise TimeoutError(f"it hangs: no answer within {LIMIT_S} s of CPU")

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
