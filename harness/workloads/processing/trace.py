"""What a worker in a process of its own tells the harness: lines of JSON in a file that both see.

A line is in the file before the act that it announces, and stays there when its writer is killed.
A line that a kill tore announced something that was not begun; the next life starts on a new one.
Numbers of errors are the life's own, and are named before they are used.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import msgspec

from harness.history.journal import Columns
from harness.kit.clock import REAL
from harness.kit.waits import NotYet, wait_until

IDENTITY_LIMIT_S = 60.0


class Begun(msgspec.Struct, frozen=True, tag_field="what", tag="begun"):
    """A life begins and wants a number, which it finds in the file of that name."""

    life: str


class Rows(msgspec.Struct, frozen=True, tag_field="what", tag="rows"):
    """Rows for a table of the journal."""

    table: str
    columns: dict[str, list[int]]


class Named(msgspec.Struct, frozen=True, tag_field="what", tag="named"):
    """The name of an error of this life."""

    error: int
    name: str


class Reached(msgspec.Struct, frozen=True, tag_field="what", tag="reached"):
    """This life has done with everything in a partition of the source before an offset."""

    partition: int
    offset: int


Told: TypeAlias = Begun | Rows | Named | Reached


class TraceWriter:
    """The worker's side; takes the journal's place there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "trace"
        self._errors: dict[str, int] = {}
        self._naming = Lock()
        self._write(b"\n")

    def begin(self, life: str) -> int:
        """Begin a life; the number of its process.

        Raises:
            WaitTimeout: nobody gives it one.
        """
        self._errors = {}
        self.tell(Begun(life))
        identity = self._folder / life

        def probe() -> int | NotYet:
            text = identity.read_text() if identity.exists() else ""
            return int(text) if text else NotYet("no number")

        return wait_until(
            f"a number for life {life}",
            probe,
            limit_s=IDENTITY_LIMIT_S,
            interval_s=0.005,
            clock=REAL,
        )

    def append(self, table: str, columns: Columns) -> None:
        """Rows for a table of the journal."""
        self.tell(Rows(table, {name: list(numbers) for name, numbers in columns.items()}))

    def error(self, name: str) -> int:
        """The number of an error of that name in this life."""
        with self._naming:
            if name not in self._errors:
                number = len(self._errors) + 1
                self.tell(Named(number, name))
                self._errors[name] = number
            return self._errors[name]

    def reached(self, partition: int, offset: int) -> None:
        """Everything before `offset` is done with."""
        self.tell(Reached(partition, offset))

    def tell(self, told: Told) -> None:
        """Write a line; it is in the file when this returns."""
        self._write(msgspec.json.encode(told) + b"\n")

    def _write(self, line: bytes) -> None:
        with self._path.open("ab", buffering=0) as file:
            file.write(line)


class TraceReader:
    """The harness's side."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "trace"
        self._read_to = 0
        self._decoder = msgspec.json.Decoder(Told)

    def new(self) -> Iterator[Told]:
        """What was told since the last call."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            lines = file.read()
        whole = lines.rfind(b"\n") + 1
        self._read_to += whole
        for line in lines[:whole].split(b"\n"):
            if line:
                try:
                    yield self._decoder.decode(line)
                except msgspec.DecodeError:
                    continue  # torn by a kill

    def identify(self, life: str, process: int) -> None:
        """Give a life the number of its process."""
        draft = self._folder / f"{life}.draft"
        draft.write_text(str(process))
        draft.replace(self._folder / life)
