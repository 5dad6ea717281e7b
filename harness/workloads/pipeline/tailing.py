"""A reader that follows a table to which rows are only added, each with the next higher key."""

from collections.abc import Sequence

from harness.model.ports.store import Reader

WINDOW = 2048
"""Keys that are looked at together: a row that half of them overtook is not waited for."""


class Tail:
    """What was added to a table, writer by writer, since the look before.

    Args:
        reader: of the table; the tail closes it.
        ranges: each table with the first key of one of its writers.
    """

    def __init__(self, reader: Reader, ranges: Sequence[tuple[str, int]]) -> None:
        self._reader = reader
        self._ranges = [_Range(table, first) for table, first in ranges]

    def look(self) -> list[tuple[str, int, int]]:
        """Table, key and version of every row that was not there before; raises as the reader."""
        return [row for each in self._ranges for row in each.added(self._reader)]

    def close(self) -> None:
        """Hang up."""
        self._reader.close()


class _Range:
    """The keys of one writer from one on; all before it were seen, or are not waited for."""

    def __init__(self, table: str, first: int) -> None:
        self._table = table
        self._from = first
        self._seen: set[int] = set()

    def added(self, reader: Reader) -> list[tuple[str, int, int]]:
        # A table without a key may hold a row twice.
        found = dict(reader.between(self._table, self._from, self._from + WINDOW - 1))
        new = sorted(set(found) - self._seen)
        self._seen.update(new)
        self._from = max([self._from, *(key - WINDOW // 2 for key in new[-1:])])
        while self._from in self._seen:
            self._from += 1
        self._seen = {key for key in self._seen if key >= self._from}
        return [(self._table, key, found[key]) for key in new]
