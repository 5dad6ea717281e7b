"""What the hot path asks of the interpreter's memory."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely meanwhile.

    A producer that records keeps many small objects for a moment. By its default threshold the
    collector walks them all again and again, and finds nothing: it took a third of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
