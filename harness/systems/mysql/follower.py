"""Follows the binary log of a server for the tables of a database, over one connection a look."""

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing

from harness.model.ports.stack import Stack
from harness.model.rows import Committed, Position, RowChange
from harness.systems.mysql.client import ANSWER_LIMIT_S
from harness.systems.mysql.log_reader import LogReader, Xid

FIRST_SERVER_ID, SERVER_IDS = 1 << 31, 1 << 31
"""Ids of readers of the binary log: far from those of servers, which are small numbers."""


def server_id(reader: str) -> int:
    """The number by which a server knows a reader of its binary log, as a replica.

    A server hangs up on a reader when another one comes with its number, so it is a hash wide
    enough that no two readers of a run, or of runs on one server, meet.
    """
    digest = hashlib.sha256(reader.encode()).digest()
    return FIRST_SERVER_ID + int.from_bytes(digest[:8], "big") % SERVER_IDS


class BinaryLog:
    """A `Follower`: what it has read and not confirmed it reads again.

    Args:
        stack: whose MySQL server's log it is.
        database: of the tables.
        tables: others are passed over.
        reader: whoever reads.
        start: where to begin.
    """

    def __init__(
        self, stack: Stack, database: str, tables: Sequence[str], *, reader: str, start: Position
    ) -> None:
        self.position = start
        self._confirmed = start
        self._stack = stack
        self._database = database
        self._tables = tables
        self._server_id = server_id(reader)
        self._prepared: dict[Xid, tuple[RowChange, ...]] = {}
        """Transactions of XA that were prepared before what is confirmed, and not ended."""
        self._now_prepared: dict[Xid, tuple[RowChange, ...]] = {}

    def read(self, *, answer_limit_s: float = ANSWER_LIMIT_S) -> Generator[Committed]:
        """As `Follower.read`."""
        self._now_prepared = dict(self._prepared)
        reader = LogReader(
            self._stack,
            self._server_id,
            self._confirmed,
            database=self._database,
            tables=self._tables,
            prepared=self._now_prepared,
            answer_limit_s=answer_limit_s,
        )
        with closing(reader):
            for committed in reader:
                self.position = reader.position
                yield committed

    def confirm(self) -> None:
        """Go on behind what was handed out."""
        self._confirmed, self._prepared = self.position, self._now_prepared

    def close(self) -> None:
        """Nothing: a server forgets who hangs up."""
