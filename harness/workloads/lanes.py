"""Lanes: several threads do what one of them read, and progress is what all of them are done with.

What has one key goes to one lane, which keeps its order. Lanes are done in any order, so only what
lies before the first that is not done may be committed.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from threading import Lock
from typing import Generic, Protocol, TypeVar

READ_AHEAD = 2_000
"""What is read and not done with before no more is read."""
Partition = TypeVar("Partition", bound=Hashable)
Where_co = TypeVar("Where_co", bound=Hashable, covariant=True)


class Placed(Protocol[Where_co]):
    """Something that was read at an offset of a partition."""

    @property
    def partition(self) -> Where_co: ...  # noqa: D102 - its name says it
    @property
    def offset(self) -> int: ...  # noqa: D102 - as above


@dataclass(slots=True)
class _Reading:
    unfinished: dict[int, None] = field(default_factory=dict)
    """Offsets in the order in which they were read."""
    next: int = 0


class Progress(Generic[Partition]):
    """Up to where everything that was read is applied; used by several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._partitions: dict[Partition, _Reading] = {}

    def read(self, placed: Placed[Partition]) -> None:
        """This one is to be applied."""
        with self._lock:
            reading = self._partitions.setdefault(placed.partition, _Reading())
            reading.unfinished[placed.offset] = None
            reading.next = placed.offset + 1

    def applied(self, chunk: Iterable[Placed[Partition]]) -> None:
        """These are applied; partitions that were forgotten meanwhile do not mind."""
        with self._lock:
            for placed in chunk:
                reading = self._partitions.get(placed.partition)
                if reading is not None:
                    reading.unfinished.pop(placed.offset, None)

    def forget(self) -> None:
        """The partitions are someone else's, or are read again from what was committed."""
        with self._lock:
            self._partitions.clear()

    def unfinished(self) -> int:
        """How many events were read and are not applied."""
        with self._lock:
            return sum(len(reading.unfinished) for reading in self._partitions.values())

    def safe(self) -> dict[Partition, int]:
        """Per partition the offset before which everything is applied."""
        with self._lock:
            return {
                partition: next(iter(reading.unfinished), reading.next)
                for partition, reading in self._partitions.items()
            }


class Dealer:
    """Says which lane something goes to.

    Args:
        lanes: how many there are.
        per_key: all that has one key goes to the same; otherwise each goes to the next.
    """

    def __init__(self, lanes: int, *, per_key: bool) -> None:
        self._lanes = lanes
        self._turns: Iterator[int] | None = None if per_key else cycle(range(lanes))

    def lane(self, key: int) -> int:
        """The number of the lane for the next that has `key`."""
        return key % self._lanes if self._turns is None else next(self._turns)
