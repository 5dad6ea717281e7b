"""Follows the log of the database in memory for the tables of one database."""

from collections.abc import Callable, Generator, Sequence

from harness.backends.fake.data.connection import Connection
from harness.backends.fake.data.rows import Change, Row, Truncated
from harness.model.rows import Committed, Image, Position, RowChange, Truncation


class LogFollower:
    """A `Follower`: what it has read and not confirmed it reads again.

    Args:
        connect: makes a connection; each look has one of its own.
        database: of the tables.
        tables: others are passed over.
        reader: whoever reads.
        start: where to begin.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        database: str,
        tables: Sequence[str],
        *,
        reader: str,
        start: Position,
    ) -> None:
        self.position = start
        self._confirmed = start
        self._connect = connect
        self._reader = reader
        self._database = database
        self._tables = frozenset(tables)

    def read(self, *, answer_limit_s: float = 5.0) -> Generator[Committed]:  # noqa: ARG002 - the connection has one
        """As `Follower.read`."""
        connection = self._connect()
        try:
            for logged in connection.server.shown(self._reader, self._confirmed):
                connection.ask()
                self.position = logged.end
                changes = (_as_told(each) for each in logged.changes if self._follows(each))
                yield Committed(changes=tuple(changes), name=logged.name)
        finally:
            connection.close()

    def confirm(self) -> None:
        """Go on behind what was handed out."""
        self._confirmed = self.position

    def close(self) -> None:
        """Nothing: a server forgets who hangs up."""

    def _follows(self, change: Change | Truncated) -> bool:
        return change.database == self._database and change.table in self._tables


def _as_told(change: Change | Truncated) -> RowChange | Truncation:
    if isinstance(change, Truncated):
        return Truncation(change.table)
    return RowChange(change.table, _image(change.before), _image(change.after))


def _image(row: Row | None) -> Image | None:
    if row is None:
        return None
    key, version = row.get("id"), row.get("version")
    return Image(
        key if isinstance(key, int) else None, version if isinstance(version, int) else None
    )
