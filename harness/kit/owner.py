"""Whose something is: a process, named so that other processes can tell whether it still runs."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process of this machine or another.

    A process id means nothing on another machine, after a restart of this one, or in another PID
    namespace (another container); so `boot` and `namespace` say where it counts.
    """

    boot: str
    """The boot of the machine that it runs on; the machine's name where the system has no id."""
    namespace: str
    """Its PID namespace; empty where the system has none."""
    process: str
    """`pid:start`; another process with the same pid started at another time."""

    def __str__(self) -> str:
        return "_".join((self.boot, self.namespace, self.process))

    @property
    def runs(self) -> bool | None:
        """Whether it still runs; None when that cannot be seen from here."""
        here = this_process()
        if (self.boot, self.namespace) != (here.boot, here.namespace):
            return None
        return runs_here(self.process)


def this_process() -> Owner:
    """The process that asks."""
    pid = os.getpid()
    return Owner(boot=_boot(), namespace=_namespace(), process=f"{pid}:{_start_of(pid)}")


def parsed(text: str) -> Owner | None:
    """Read back what `str` made of an owner; None when it is something else."""
    parts = text.split("_")
    if len(parts) != PARTS:
        return None
    return Owner(boot=parts[0], namespace=parts[1], process=parts[2])


def runs_here(process: str) -> bool:
    """Whether a process, as `pid:start`, runs on this machine and in this namespace."""
    pid, _, start = process.partition(":")
    return pid.isdigit() and bool(start) and _start_of(int(pid)) == start


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return platform.node().replace("_", "-")


def _namespace() -> str:
    try:
        # `pid:[4026531836]`
        return Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return ""


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
