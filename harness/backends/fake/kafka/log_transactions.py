"""What a copy of a log knows of transactions: which are open, where the aborted ones are."""

from collections.abc import Sequence

from harness.backends.fake.kafka.record import Identity, Record


class LogTransactions:
    """Kept by a replica as it appends."""

    def __init__(self) -> None:
        self._open: dict[Identity, list[int]] = {}
        self._ended: list[tuple[int, int]] = []
        self._aborted: set[int] = set()

    @classmethod
    def of(cls, records: Sequence[Record]) -> "LogTransactions":
        """What a log of these records knows."""
        made = cls()
        for offset, record in enumerate(records):
            made.note(record, offset)
        return made

    def note(self, record: Record, offset: int) -> None:
        """Take in what was appended at `offset`."""
        if record.transaction is None:
            return
        if record.commits is None:
            self._open.setdefault(record.transaction, []).append(offset)
            return
        held = self._open.pop(record.transaction, [])
        if held:
            self._ended.append((offset, held[0]))
        if not record.commits:
            self._aborted.update(held)

    def stable(self, mark: int) -> int:
        """The last stable offset under the high watermark `mark`.

        A transaction whose marker is not replicated yet is as good as open.
        """
        firsts = [held[0] for held in self._open.values()]
        for marker, first in reversed(self._ended):
            if marker < mark:
                break
            firsts.append(first)
        return min([mark, *firsts])

    def hides(self, record: Record, offset: int, *, committed: bool) -> bool:
        """Whether a reader (of what is `committed` alone, or of all) is not given the record."""
        return record.commits is not None or (committed and offset in self._aborted)
