"""Who booted a stack, so that a sweep can tell whether that process still lives."""

import os
import subprocess
from pathlib import Path


def this_process() -> str:
    """This process as `pid:start`; another process with the same pid started at another time."""
    pid = os.getpid()
    return f"{pid}:{_start_of(pid)}"


def is_alive(owner: str) -> bool:
    """Whether the process that `this_process` named still runs on this machine."""
    pid, _, start = owner.partition(":")
    return pid.isdigit() and bool(start) and _start_of(int(pid)) == start


def _start_of(pid: int) -> str | None:
    """When the process started, as the system counts; None when it does not run."""
    if Path("/proc/self/stat").exists():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        # The name in parentheses may hold anything; state and start time are fields 3 and 22.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "-".join(shown.stdout.split()) or None
