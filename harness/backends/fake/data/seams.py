"""Where a planted bug may step in at databases, caches and the registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.backends.fake.data.rows import Change, Logged, Truncated


@dataclass(slots=True)
class DataSeams:
    """What bugs may wrap; without bugs each does the right thing."""

    keeps: Callable[[Sequence[Change]], bool] = field(default=lambda _changes: True)
    """Whether a transaction that is told to be committed is."""
    log: Callable[[Sequence[Change | Truncated]], Sequence[Change | Truncated]] = field(
        default=lambda changes: changes
    )
    """What the log is given of what was committed."""
    hand_out: Callable[[str, Logged], Logged | None] = field(
        default=lambda _reader, transaction: transaction
    )
    """What a reader of the log, by its name, is given of a transaction; None: nothing."""
    snapshot: Callable[[Sequence[Any]], Sequence[Any]] = field(default=lambda rows: rows)
    """The rows of a table that a snapshot brings."""
    put: Callable[[int, int], tuple[tuple[int, int], ...]] = field(
        default=lambda key, version: ((key, version),)
    )
    """The rows that a copy in tables writes when it is told of one, by key and version."""
    removes: Callable[[int], bool] = field(default=lambda _key: True)
    """Whether a copy in tables removes a row, by its key, that it is told to remove."""
    overlooks: Callable[[], bool] = field(default=lambda: False)
    """Whether a unique index does not find the row that a written one is to replace."""
    look: Callable[[int, int], int] = field(default=lambda _key, version: version)
    """The version of a row that a reader of tables is shown, from its key and the right one."""
    lets_in: Callable[[bool], bool] = field(default=lambda right: right)
    """Whether the registry lets a schema in."""
    knows: Callable[[int], bool] = field(default=lambda _number: True)
    """Whether the registry still knows an id that it has given."""
    restores: bool = True
    """Whether the registry finds its journal when it starts."""
