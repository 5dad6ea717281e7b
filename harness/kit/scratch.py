"""Temporary folders that can be told from others once their process was killed.

    <temp>/kafka-chaos-harness-<uid>/<owner>/<prefix>-…

Each process has a folder of its own, which its name says, so that a sweep removes what belongs to
a process that is gone and nothing else.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.kit import owner

ATTEMPTS = 5


class Scratch:
    """A temporary folder of this process, until `remove`.

    Args:
        prefix: what its name begins with.
    """

    def __init__(self, prefix: str) -> None:
        mine = _all() / str(owner.this_process())
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                mine.mkdir(parents=True, exist_ok=True)
                self.path = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=mine))
            except FileNotFoundError:  # another one has just removed it, being its last
                if not attempts_left:
                    raise
            else:
                return

    def remove(self) -> None:
        """Remove it with all that it holds. Idempotent."""
        shutil.rmtree(self.path, ignore_errors=True)
        for emptied in (self.path.parent, self.path.parent.parent):
            with suppress(OSError):  # another one is still in it
                emptied.rmdir()


def remove_abandoned() -> Iterator[Path]:
    """Remove the folders of processes that are seen to be gone; which they were."""
    for folder in sorted(_all().glob("*")):
        whose = owner.parsed(folder.name)
        if whose is not None and whose.runs is False:
            shutil.rmtree(folder, ignore_errors=True)
            yield folder
    with suppress(OSError):
        _all().rmdir()


def _all() -> Path:
    return Path(tempfile.gettempdir()) / f"kafka-chaos-harness-{os.getuid()}"
