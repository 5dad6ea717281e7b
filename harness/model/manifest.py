"""Where a run came from: enough for a colleague to know what ran, on what, and how to repeat it."""

import shlex
from datetime import datetime
from typing import Literal, TypeAlias

from harness.model.value import Value

StackKind: TypeAlias = Literal["docker", "fake"]
"""Back ends: real containers, or all in memory."""


class Manifest(Value, frozen=True, kw_only=True):
    """Facts about the harness and its host."""

    run: str
    scenario: str
    seed: int
    stack: StackKind
    started_utc: str
    finished_utc: str | None = None
    harness_version: str
    git_commit: str | None
    """Of the repository in which the run was started; None when that is none."""
    git_dirty: bool
    harness_commit: str | None = None
    """Of the harness's checkout; None when it was installed from a wheel."""
    argv: tuple[str, ...]
    versions: dict[str, str] = {}
    host: dict[str, str] = {}
    images: dict[str, str] = {}
    replay_of: str | None = None
    path: str = ""
    """The run folder, seen from where the run was started."""

    @property
    def folder(self) -> str:
        """The run folder, as a command would name it."""
        return shlex.quote(self.path or f"reports/{self.run}")

    @property
    def length_s(self) -> float | None:
        """How long the run took on a stack that was up, in seconds; None while it has no end."""
        if self.finished_utc is None:
            return None
        started, finished = map(datetime.fromisoformat, (self.started_utc, self.finished_utc))
        return (finished - started).total_seconds()
