"""The undo ledger: what a run is about to break, on disk before it is broken.

One JSON object per line. `{"entry": N, "kind": …, "targets": […], "settings": {…}}` opens entry N
before its fault acts; `{"done": N}` closes it after it was healed. Whatever is open when a harness
was killed is healed from here, since a fault keeps no state of its own.
"""

from pathlib import Path

import msgspec

from harness.kit.errors import RunFolderError
from harness.model.value import Settings


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that is about to act or acts."""

    entry: int
    kind: str
    targets: tuple[str, ...]
    settings: Settings


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    done: int


class Ledger:
    """The ledger of one stack at `path`; what it holds already stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_torn_line(path)
        self._next = max((entry.entry for entry in _entries(path)), default=0) + 1

    def open(self, kind: str, targets: tuple[str, ...], settings: Settings) -> int:
        """Write down what is about to act; it is on disk when this returns."""
        entry, self._next = self._next, self._next + 1
        self._write(Entry(entry=entry, kind=kind, targets=targets, settings=settings))
        return entry

    def close(self, entry: int) -> None:
        """Write down that the entry's fault is healed."""
        self._write(_Done(done=entry))

    def opened(self) -> tuple[Entry, ...]:
        """What was opened and never closed, newest first: the order in which to heal."""
        done = {line.done for line in _lines(self._path) if isinstance(line, _Done)}
        left = [entry for entry in _entries(self._path) if entry.entry not in done]
        return tuple(reversed(left))

    def _write(self, line: Entry | _Done) -> None:
        with self._path.open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(line) + b"\n")


def _cut_torn_line(path: Path) -> None:
    """Cut off a line that a killed harness did not finish: what it announced did not act yet."""
    if path.exists():
        whole = path.read_bytes()
        path.write_bytes(whole[: whole.rfind(b"\n") + 1])


def _entries(path: Path) -> list[Entry]:
    return [line for line in _lines(path) if isinstance(line, Entry)]


def _lines(path: Path) -> list[Entry | _Done]:
    if not path.exists():
        return []
    lines: list[Entry | _Done] = []
    for text in path.read_bytes().split(b"\n")[:-1]:
        try:
            if text.startswith(b'{"done"'):
                lines.append(msgspec.json.decode(text, type=_Done))
            else:
                lines.append(msgspec.json.decode(text, type=Entry))
        except msgspec.DecodeError as error:
            raise RunFolderError(f"the undo ledger {path} cannot be read: {error}") from error
    return lines
