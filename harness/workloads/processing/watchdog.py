"""A watchdog: starts a process again whose main loop hangs in a call that keeps no limit.

`send_offsets_to_transaction` is one: librdkafka 2.x heeds no time-out there, and waits for a
coordinator of the group that is gone (confluentinc/librdkafka 5456 and 5511). While it waits its
transaction stays open, and its member neither polls nor leaves, so that the whole group waits too.
"""

import faulthandler
import os
import sys
import threading

from harness.kit.clock import REAL

LIMIT_S = 20.0
"""Longer than any request of a worker may take."""
TICK_S = 0.5
_AGAIN = "WATCHDOG_BIT"


class Watchdog:
    """Watches from a thread of its own, once it is started.

    It counts its own ticks and reads no clock, so a process that was frozen has not hung.

    Args:
        limit_s: seconds that the process was running for without being at work.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._ticks = 0

    def start(self) -> None:
        """Watch from now on."""
        threading.Thread(target=self._watch, daemon=True).start()

    def fed(self) -> None:
        """The main loop is at work."""
        self._ticks = 0

    def _watch(self) -> None:
        while self._ticks * TICK_S < self._limit_s:
            REAL.pause(TICK_S)
            self._ticks += 1
        sys.stderr.write(f"no progress for {self._limit_s:g} s; restarted. It hung here:\n")
        sys.stderr.flush()
        faulthandler.dump_traceback(all_threads=True)
        # No shell, and nothing of anybody else's: this very command in this very process.
        os.execve(sys.executable, sys.orig_argv, {**os.environ, _AGAIN: "1"})  # noqa: S606


def has_bitten() -> bool:
    """Whether this process took the place of one that hung."""
    return _AGAIN in os.environ
