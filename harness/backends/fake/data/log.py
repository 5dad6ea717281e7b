"""The binary log of a server in memory: every transaction in order of commit."""

import uuid
from bisect import bisect_left
from collections.abc import Sequence

from harness.backends.fake.data.rows import Change, Logged, Truncated
from harness.model.rows import Position

FIRST_OFFSET = 158
"""Where the first transaction of a file begins: behind the file's own two events."""
BYTES_OF_A_TRANSACTION, BYTES_OF_A_CHANGE = 150, 80


class BinaryLog:
    """Grows at its end, a new file with every start of its server; nothing is ever purged.

    Args:
        server: the server's own id, from which GTIDs are made.
    """

    def __init__(self, server: int) -> None:
        self._uuid = uuid.UUID(int=server)
        self._file = 1
        self._offset = FIRST_OFFSET
        self._transactions: list[Logged] = []

    @property
    def end(self) -> Position:
        """Behind the last transaction, where the next one begins."""
        return _named(self._file), self._offset

    def rotate(self) -> None:
        """Begin a new file, as a server does that starts."""
        self._file += 1
        self._offset = FIRST_OFFSET

    def write(self, changes: Sequence[Change | Truncated], at_ms: int) -> Logged:
        """Append a transaction."""
        start = self.end
        self._offset += BYTES_OF_A_TRANSACTION + BYTES_OF_A_CHANGE * len(changes)
        name = f"{self._uuid}:{len(self._transactions) + 1}"
        logged = Logged(start, self.end, at_ms, name, tuple(changes))
        self._transactions.append(logged)
        return logged

    def after(self, position: Position) -> Sequence[Logged]:
        """Every transaction from `position` on, as the log is now."""
        first = bisect_left(self._transactions, position, key=lambda each: each.start)
        return self._transactions[first:]


def _named(number: int) -> str:
    return f"binlog.{number:06}"
