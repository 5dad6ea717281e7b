"""A process that hangs is started again, in the same place and under the same number."""

import subprocess
import sys

HANGS_ONCE = """
import os, threading
from harness.workloads.processing.watchdog import Watchdog, has_bitten

print("I am", os.getpid(), flush=True)
if has_bitten():
    print("again")
else:
    watchdog = Watchdog(limit_s=0.5)
    watchdog.start()
    watchdog.fed()
    threading.Event().wait()
"""


def test_a_process_that_hangs_is_started_again_and_says_where_it_hung() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGS_ONCE], capture_output=True, text=True, check=True, timeout=60
    )
    first, second, last = done.stdout.splitlines()
    assert first == second
    assert last == "again"
    assert "no progress for 0.5 s" in done.stderr
    assert "in wait" in done.stderr
