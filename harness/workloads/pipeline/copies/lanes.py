"""Lanes of a copy: several workers apply events at once, those of one row always the same one."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pymysql

from harness.history.history import NOTHING
from harness.model.ports.stack import MySql, SqlConnection
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
        versioned: never replace a version by an older one.
    """

    def __init__(
        self,
        name: str,
        database: str,
        *,
        mysql: MySql,
        progress: Progress[Partition],
        versioned: bool,
    ) -> None:
        self.name = name
        self._database = database
        self._mysql = mysql
        self._progress = progress
        self._versioned = versioned
        self._waiting: deque[Placed] = deque()
        self._chunk: list[Placed] = []
        self._connection: SqlConnection | None = None

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
        except (pymysql.Error, OSError):
            self.close()
            return RETRY_S
        self._progress.applied(self._chunk)
        self._chunk = []
        return 0.0

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _apply(self) -> None:
        if self._connection is None:
            self._connection = self._mysql.connection(database=self._database)
        cursor = self._connection.cursor()
        for placed in self._chunk:
            for sql, arguments in statements(placed.event, versioned=self._versioned):
                cursor.execute(sql, arguments)
        self._connection.commit()


def statements(event: Event, *, versioned: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What makes `event` true in a table: nothing for one that says nothing of a row."""
    if event.kind in SILENT:
        return
    table = event.table
    if event.version == NOTHING:
        delete = f"DELETE FROM `{table}` WHERE id = %s"  # noqa: S608 - our own names
        if versioned and event.before != NOTHING:
            yield f"{delete} AND version <= %s", (event.key, event.before)
        else:
            yield delete, (event.key,)
        return
    kept = f"GREATEST(`{table}`.version, new.version)" if versioned else "new.version"
    upsert = (
        f"INSERT INTO `{table}` (id, version) VALUES (%s, %s) AS new "  # noqa: S608 - as above
        f"ON DUPLICATE KEY UPDATE version = {kept}"
    )
    yield upsert, (event.key, event.version)
