"""The undo ledger: what a run is about to break, written down in the stack before it is broken.

One JSON object per line. `{"entry": N, "kind": …, "targets": […], "settings": {…}}` opens entry N
before its fault acts; `{"done": N}` closes it after it was healed. Whatever is open when a harness
was killed is healed from here, since a fault keeps no state of its own.
"""

from typing import Protocol

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


class Shelf(Protocol):
    """Where the ledger of a stack lies."""

    def read_ledger(self) -> bytes:
        """All of it; empty when there is none."""

    def write_ledger(self, whole: bytes) -> None:
        """Replace it; it is kept when this returns."""


class Memory:
    """A shelf of this process, for a stack that dies with it."""

    def __init__(self, whole: bytes = b"") -> None:
        self.whole = whole

    def read_ledger(self) -> bytes:
        """All of it."""
        return self.whole

    def write_ledger(self, whole: bytes) -> None:
        """Replace it."""
        self.whole = whole


class Ledger:
    """The ledger of one stack; what it holds already stays until it is healed.

    It is read once, since nobody else writes it while the stack is ours: a fault waits for it.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        whole = shelf.read_ledger()
        # A line that a killed harness did not finish announced what did not act any more.
        self._whole = whole[: whole.rfind(b"\n") + 1]
        self._next = max((entry.entry for entry in _entries(self._whole)), default=0) + 1

    def open(self, kind: str, targets: tuple[str, ...], settings: Settings) -> int:
        """Write down what is about to act; it is kept when this returns."""
        entry, self._next = self._next, self._next + 1
        line = Entry(entry=entry, kind=kind, targets=targets, settings=settings)
        self._write(self._whole + _line(line))
        return entry

    def close(self, entry: int) -> None:
        """Write down that the entry's fault is healed; when all are, the ledger is empty again."""
        left = [each.entry for each in self.opened() if each.entry != entry]
        self._write(self._whole + _line(_Done(done=entry)) if left else b"")

    def opened(self) -> tuple[Entry, ...]:
        """What was opened and never closed, newest first: the order in which to heal."""
        done = {line.done for line in _lines(self._whole) if isinstance(line, _Done)}
        left = [entry for entry in _entries(self._whole) if entry.entry not in done]
        return tuple(reversed(left))

    def _write(self, whole: bytes) -> None:
        self._shelf.write_ledger(whole)
        self._whole = whole


def _line(line: Entry | _Done) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def _entries(whole: bytes) -> list[Entry]:
    return [line for line in _lines(whole) if isinstance(line, Entry)]


def _lines(whole: bytes) -> list[Entry | _Done]:
    lines: list[Entry | _Done] = []
    for text in whole.split(b"\n")[:-1]:
        try:
            if text.startswith(b'{"done"'):
                lines.append(msgspec.json.decode(text, type=_Done))
            else:
                lines.append(msgspec.json.decode(text, type=Entry))
        except msgspec.DecodeError as error:
            raise RunFolderError(f"the undo ledger cannot be read: {error}") from error
    return lines
