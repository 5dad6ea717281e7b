"""Places of run folders: a name that no other run has, and the link to the newest."""

from pathlib import Path


def make_unique(reports: Path, name: str) -> Path:
    """A folder that nobody else has: mkdir decides between two runs of one second."""
    attempt = 1
    while True:
        path = reports / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            path.mkdir()
        except FileExistsError:
            attempt += 1
        else:
            return path


def point(link: Path, target: str) -> None:
    """Let `link` point at its neighbour `target` in one step.

    The new link is made under a name of this process, then renamed over the old one.
    """
    partial = link.with_name(f"{link.name}.{target}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target, target_is_directory=True)
    partial.replace(link)
