"""Which commits a run is of: the user's repository, and the harness's own checkout."""

import subprocess
from pathlib import Path
from typing import TypedDict

from harness.shipped import CHECKOUT


class Commits(TypedDict):
    """As the manifest names them."""

    git_commit: str | None
    git_dirty: bool
    harness_commit: str | None


def commits(folder: Path) -> Commits:
    """What git says about the repository of `folder`, and about the harness's own checkout."""
    commit = _git(folder, "rev-parse", "HEAD")
    return {
        "git_commit": commit,
        "git_dirty": bool(commit and _git(folder, "status", "--porcelain")),
        "harness_commit": None if CHECKOUT is None else _git(CHECKOUT, "rev-parse", "HEAD"),
    }


def _git(folder: Path, *words: str) -> str | None:
    """What git says there; None when it is no repository, or there is no git."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
