"""Columns as numpy arrays: short names for their types, and the few tricks that keep them fast.

A gather by row number costs nanoseconds where a join costs hundreds, so whatever can be numbered
densely is (operations, offsets, values), and tables refer to each other by those numbers.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Flags: TypeAlias = npt.NDArray[np.bool_]
Longs: TypeAlias = npt.NDArray[np.int64]
Ints: TypeAlias = npt.NDArray[np.int32]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Rows: TypeAlias = npt.NDArray[np.intp]
Numbers: TypeAlias = npt.NDArray[np.integer]

NONE = -1
PAGE_BITS = 16
SPARSE = 8
"""More numbers than this many times the rows are not worth a dense table."""
SMALL = 1 << 20


class Numbering:
    """Gives each of many 64-bit numbers its row, without a hash table.

    Values are a producer's number above a counter, so they fill few pages densely; numbers that do
    not are sorted instead.
    """

    def __init__(self, numbers: Longs) -> None:
        pages = np.unique(numbers >> PAGE_BITS) if len(numbers) else np.zeros(0, np.int64)
        size = len(pages) << PAGE_BITS
        self._pages = pages
        self._rows: Ints | None = None
        if size <= SPARSE * len(numbers) + SMALL:
            self._rows = np.full(size, NONE, dtype=np.int32)
            self._rows[self._address(numbers)[0]] = np.arange(len(numbers), dtype=np.int32)
            return
        self._order = np.argsort(numbers, kind="stable").astype(np.int32)
        self._sorted = numbers[self._order]

    def rows_of(self, numbers: Longs) -> Ints:
        """The row of each of `numbers`, NONE where it has none."""
        if not len(self._pages):
            return np.full(len(numbers), NONE, dtype=np.int32)
        if self._rows is not None:
            address, known = self._address(numbers)
            found = self._rows[address]
            found[~known] = NONE
            return found
        place = np.minimum(np.searchsorted(self._sorted, numbers), len(self._sorted) - 1)
        return np.where(self._sorted[place] == numbers, self._order[place], NONE).astype(np.int32)

    def _address(self, numbers: Longs) -> tuple[Longs, Flags]:
        """Where each number would stand in the table, and whether its page is there."""
        wanted = numbers >> PAGE_BITS
        page = np.minimum(np.searchsorted(self._pages, wanted), len(self._pages) - 1)
        known = self._pages[page] == wanted
        page <<= PAGE_BITS
        page += numbers & ((1 << PAGE_BITS) - 1)
        return page, known
