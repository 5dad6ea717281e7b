"""Every place of every log, numbered densely in log order: a cell is one offset of one log."""

from dataclasses import dataclass

import numpy as np

from harness.checkers.evidence.arrays import SMALL, SPARSE, Ints, Longs, Numbers


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of all logs; those of log L are numbers `begins[L]` up to `begins[L + 1]`.

    Usually a cell is a subtraction away from its offset. Where offsets are too sparse for that,
    `offsets` lists the offset of each cell, and they are looked up.
    """

    begins: Longs
    lowest: Longs
    offsets: Longs | None

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.begins[-1])

    @property
    def logs(self) -> int:
        """How many logs there are."""
        return len(self.lowest)

    def span(self, log: int) -> slice:
        """The cells of `log`."""
        return slice(int(self.begins[log]), int(self.begins[log + 1]))

    def of(self, logs: Ints, offsets: Longs) -> Ints:
        """The cell of each place; all of them must be among those the cells were made for."""
        if self.offsets is None:
            cells = offsets - (self.lowest - self.begins[:-1])[logs]
            return cells.astype(np.int32)
        found = np.empty(len(offsets), dtype=np.int32)
        for log in np.unique(logs).tolist():
            mine = np.flatnonzero(logs == log)
            span = self.span(log)
            found[mine] = span.start + np.searchsorted(self.offsets[span], offsets[mine])
        return found

    def log(self, cells: Numbers) -> Ints:
        """The log of each cell."""
        return (np.searchsorted(self.begins, cells, side="right") - 1).astype(np.int32)

    def offset(self, cells: Numbers) -> Longs:
        """The offset of each cell."""
        if self.offsets is None:
            return cells + (self.lowest - self.begins[:-1])[self.log(cells)]
        return self.offsets[cells]


def cells_for(count: int, *places: tuple[Ints, Longs]) -> Cells:
    """Cells that hold all `places` (logs and offsets) of `count` logs."""
    lowest = np.full(count, np.iinfo(np.int64).max)
    highest = np.full(count, -1, dtype=np.int64)
    for logs, offsets in places:
        np.minimum.at(lowest, logs, offsets)
        np.maximum.at(highest, logs, offsets)
    empty = highest < 0
    lowest[empty] = 0
    widths = np.where(empty, 0, highest - lowest + 1)
    rows = sum(len(logs) for logs, _ in places)
    # As floats, since offsets out of garbage may add up beyond 64 bits.
    if widths.astype(np.float64).sum() <= SPARSE * rows + SMALL:
        return Cells(np.concatenate([[0], np.cumsum(widths)]), lowest, None)
    listed = [
        np.unique(np.concatenate([offsets[logs == log] for logs, offsets in places]))
        for log in range(count)
    ]
    begins = np.concatenate([[0], np.cumsum([len(offsets) for offsets in listed])])
    return Cells(begins.astype(np.int64), lowest, np.concatenate(listed))
