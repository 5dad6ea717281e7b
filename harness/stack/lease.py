"""Exclusive use of a stack by one process: a lock on a file, let go by the kernel at its death."""

import fcntl
import os
from pathlib import Path
from typing import IO


def state_dir() -> Path:
    """HARNESS_STATE_DIR, or `kafka-chaos-harness` where this user's programs keep their state."""
    given = os.environ.get("HARNESS_STATE_DIR")
    if given:
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "kafka-chaos-harness"


class Lease:
    """A stack that is ours until `release`."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file

    def release(self, *, forget: bool = False) -> None:
        """Let others use the stack; `forget` when there is no stack any more. Idempotent."""
        if forget:
            self._path.unlink(missing_ok=True)
        self._file.close()


def take(stack: str) -> Lease | None:
    """The lease of `stack`, or None while another process (or another holder here) has it."""
    folder = state_dir() / "leases"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stack}.lock"
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return Lease(path, file)
