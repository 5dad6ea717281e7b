"""The version order: which value stands where, as told to senders and as seen by readers.

A placement is one value at one cell. Nearly every cell has one placement, and it has the cell's
number; a second value at a cell is an extra placement, numbered from the number of cells on.

A placement is certain, hence part of the version order, when anybody read it (also in an operation
that failed or is indeterminate: what a log hands out is committed), or when its sender was told so
and must have committed: the send is ok, or it is info and an ok operation read something of it.
"""

from dataclasses import dataclass

import numpy as np

from harness.checkers.evidence.arrays import NONE, Flags, Ints, Longs, Numbering, Numbers
from harness.checkers.evidence.cells import Cells, cells_for
from harness.checkers.evidence.columns import FAIL, INFO, OK, Reads, Sends
from harness.history.history import NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Placements:
    """One entry per placement, unless said otherwise."""

    cells: Cells
    extra_cell: Ints
    """The cells of the extra placements."""
    value: Longs
    sender: Ints
    """The row of sends with that value; NONE when nobody sent it."""
    seen: Flags
    """Somebody read it."""
    seen_ok: Flags
    """An ok operation read it."""
    polled: Flags
    """An ok operation read it for good, and not as a part of the final read."""
    final: Flags
    """The final read holds it."""
    certain: Flags
    index: Ints
    """Per cell: its dense index, counting only cells with a certain placement."""
    of_read: Ints
    """Per read: its placement."""
    provisional: Flags
    """Per read: whether its reader does not wait for transactions to end, and this one was not
    committed, or not for all that is known. Such a read says nothing of what stays in the log."""
    told: Ints
    """Per send: the placement its sender was told; NONE when it was not, or when it failed."""
    committed: Flags
    """Per send: whether it must have committed."""

    def cell(self, placements: Numbers) -> Numbers:
        """The cell of each placement."""
        if not len(self.extra_cell):
            return placements
        extra = np.maximum(placements - self.cells.size, 0)
        cells: Numbers = np.where(placements < self.cells.size, placements, self.extra_cell[extra])
        return cells

    def log(self, placements: Numbers) -> Ints:
        """The log of each placement."""
        return self.cells.log(self.cell(placements))

    def offset(self, placements: Numbers) -> Longs:
        """The offset of each placement."""
        return self.cells.offset(self.cell(placements))

    def in_log_order(self, log: int) -> Numbers:
        """The placements of `log` that are certain, by offset; at one offset, extras come last."""
        span = self.cells.span(log)
        plain: Numbers = np.flatnonzero(self.certain[span]) + span.start
        mine = (self.extra_cell >= span.start) & (self.extra_cell < span.stop)
        extra = np.flatnonzero(mine) + self.cells.size
        extra = extra[self.certain[extra]]
        if not len(extra):
            return plain
        both = np.concatenate([plain, extra])
        in_order: Numbers = both[np.argsort(self.cell(both), kind="stable")]
        return in_order


def placements_of(sends: Sends, reads: Reads, logs: int) -> Placements:
    """Put every value where it was told or seen to stand."""
    told = np.flatnonzero(sends.told & (sends.outcome != FAIL))
    told_places = (sends.log[told], sends.offset[told])
    cells = cells_for(logs, (reads.log, reads.offset), told_places)
    of_read = cells.of(reads.log, reads.offset)
    of_told = cells.of(*told_places)
    value = np.full(cells.size, NOTHING, dtype=np.int64)
    taken = np.zeros(cells.size, dtype=np.bool_)
    # The last one written stays, which is what the final read saw.
    value[of_told] = sends.value[told]
    value[of_read] = reads.value
    taken[of_told] = True
    taken[of_read] = True
    extra_cell, extra_value = _split(
        cells.size, value, (of_told, sends.value[told]), (of_read, reads.value)
    )
    value = np.concatenate([value, extra_value])
    sender = Numbering(sends.value).rows_of(value)
    sender[: cells.size][~taken] = NONE
    return _flagged(sends, reads, cells, extra_cell, value, sender, of_read, told, of_told)


def _split(size: int, value: Longs, *placed: tuple[Ints, Longs]) -> tuple[Ints, Longs]:
    """Give every value that is not the one of its cell a placement of its own.

    Replaces, in `placed`, cells by extra placements where that is so.
    """
    odd = [np.flatnonzero(value[cells] != values) for cells, values in placed]
    cells = np.concatenate([at[rows] for (at, _), rows in zip(placed, odd, strict=True)])
    values = np.concatenate([of[rows] for (_, of), rows in zip(placed, odd, strict=True)])
    order = np.lexsort((values, cells))
    cells, values = cells[order], values[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(cells) != 0) | (np.diff(values) != 0)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.cumsum(new) - 1 + size
    begin = 0
    for (at, _), rows in zip(placed, odd, strict=True):
        at[rows] = number[begin : begin + len(rows)]
        begin += len(rows)
    return cells[new].astype(np.int32), values[new]


def _flagged(  # noqa: PLR0913, PLR0917 - one call site; the parts of one value
    sends: Sends,
    reads: Reads,
    cells: Cells,
    extra_cell: Ints,
    value: Longs,
    sender: Ints,
    of_read: Ints,
    told: Numbers,
    of_told: Ints,
) -> Placements:
    def marked(*numbers: Numbers) -> Flags:
        flags = np.zeros(len(value), dtype=np.bool_)
        for each in numbers:
            flags[each] = True
        return flags

    seen_ok = marked(of_read[reads.ok])
    seen = seen_ok if reads.ok.all() else marked(of_read)
    provisional = _provisional(sends, reads, sender[of_read])
    known = seen_ok if not provisional.any() else marked(of_read[reads.ok & ~provisional])
    committed = _committed(sends, sender[known & (sender != NONE)])
    certain = seen.copy() if not provisional.any() else marked(of_read[~provisional])
    certain[of_told[committed[told]]] = True
    in_order = certain[: cells.size].copy()
    in_order[extra_cell[certain[cells.size :]]] = True
    of_send = np.full(len(sends.value), NONE, dtype=np.int32)
    of_send[told] = of_told
    return Placements(
        cells=cells,
        extra_cell=extra_cell,
        value=value,
        sender=sender,
        seen=seen,
        seen_ok=seen_ok,
        polled=marked(of_read[reads.ok & ~reads.final & ~provisional]),
        final=marked(of_read[reads.final]),
        certain=certain,
        index=np.cumsum(in_order, dtype=np.int32) - 1,
        of_read=of_read,
        provisional=provisional,
        told=of_send,
        committed=committed,
    )


def _provisional(sends: Sends, reads: Reads, sender: Ints) -> Flags:
    """Which reads saw a record of a transaction that was not committed, as their readers may."""
    found: Flags = reads.dirty & (sender != NONE)
    rows = np.flatnonzero(found)
    found[rows] = sends.txn[sender[rows]] & (sends.outcome[sender[rows]] != OK)
    return found


def _committed(sends: Sends, read: Ints) -> Flags:
    """Which sends must have committed, given the sends that an ok operation read."""
    committed: Flags = sends.outcome == OK
    unsure = np.flatnonzero(sends.outcome == INFO)
    if len(unsure):
        proven = np.unique(sends.op[read[sends.outcome[read] == INFO]])
        committed[unsure] = np.isin(sends.op[unsure], proven)
    return committed
