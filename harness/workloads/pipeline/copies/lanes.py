"""Lanes of a copy: several workers apply events at once, those of one row always the same one."""

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from harness.history.history import NOTHING
from harness.model.ports.store import Applier, Tables
from harness.workloads.lanes import Progress
from harness.workloads.pipeline.topics.decoding import SILENT, Event

CHUNK = 100
IDLE_S = 0.01
RETRY_S = 0.2
Partition: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and where it was read."""

    partition: Partition
    offset: int
    event: Event


class LaneWorker:
    """Applies events to the tables of a copy, in the order in which they were put.

    Several become one transaction. One that was not answered is applied again, in the same order.

    Args:
        tables: of the copy.
        versioned: never replace a version by an older one.
    """

    def __init__(
        self,
        name: str,
        tables: Tables,
        *,
        progress: Progress[Partition],
        versioned: bool,
    ) -> None:
        self.name = name
        self._errors = tables.errors
        self._applier: Applier = tables.applier(versioned=versioned)
        self._progress = progress
        self._waiting: deque[Placed] = deque()
        self._chunk: list[Placed] = []

    def put(self, placed: Placed) -> None:
        """Apply this one after those before; called by another thread."""
        self._waiting.append(placed)

    def step(self) -> float:
        """Apply what waits, up to a chunk."""
        while self._waiting and len(self._chunk) < CHUNK:
            self._chunk.append(self._waiting.popleft())
        if not self._chunk:
            return IDLE_S
        try:
            self._apply()
        except self._errors:
            self.close()
            return RETRY_S
        self._progress.applied(self._chunk)
        self._chunk = []
        return 0.0

    def close(self) -> None:
        """Hang up."""
        self._applier.close()

    def _apply(self) -> None:
        for placed in self._chunk:
            apply(placed.event, self._applier)
        self._applier.commit()


def apply(event: Event, applier: Applier) -> None:
    """Make `event` true in a table, unless it says nothing of a row."""
    if event.kind in SILENT:
        return
    if event.version == NOTHING:
        applier.remove(event.table, event.key, event.before)
    else:
        applier.put(event.table, event.key, event.version)
