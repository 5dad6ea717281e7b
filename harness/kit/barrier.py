"""A barrier in a folder that two processes share: one holds the other at a named point.

    hold   the point at which to stop; whoever is held looks for it
    held   the point at which it stands; whoever holds looks for it

A service that begins is held by nobody: what was said to the one before it died with that one.
"""

from pathlib import Path


class Barrier:
    """Both sides of the barrier in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._hold = folder / "hold"
        self._held = folder / "held"

    def hold(self, point: str) -> None:
        """Let the other process stop when it comes to `point`."""
        draft = self._hold.with_suffix(".draft")
        draft.write_text(point)
        draft.replace(self._hold)

    def release(self) -> None:
        """Let it go on."""
        self._hold.unlink(missing_ok=True)

    @property
    def held_at(self) -> str | None:
        """Where the other process stands now; None while it does not stand."""
        return _text(self._held)

    def begin(self) -> None:
        """Forget what was said to a process before this one."""
        self.release()
        self._held.unlink(missing_ok=True)

    def stands(self, point: str) -> bool:
        """Whether this process has to stop at `point`, where it is; tells the other one."""
        if _text(self._hold) == point:
            if _text(self._held) != point:
                self._held.write_text(point)
            return True
        self._held.unlink(missing_ok=True)
        return False


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
