"""Where a run came from: enough for a colleague to know what ran, on what, and how to repeat it."""

from datetime import datetime
from typing import Literal

from harness.model.value import Value


class Manifest(Value, frozen=True, kw_only=True):
    """Facts about the harness and its host."""

    run: str
    scenario: str
    seed: int
    stack: Literal["docker", "fake"]
    started_utc: str
    finished_utc: str | None = None
    harness_version: str
    git_commit: str | None
    git_dirty: bool
    argv: tuple[str, ...]
    versions: dict[str, str] = {}
    host: dict[str, str] = {}
    images: dict[str, str] = {}
    replay_of: str | None = None

    @property
    def length_s(self) -> float | None:
        """How long the run took on a stack that was up, in seconds; None while it has no end."""
        if self.finished_utc is None:
            return None
        started, finished = map(datetime.fromisoformat, (self.started_utc, self.finished_utc))
        return (finished - started).total_seconds()
