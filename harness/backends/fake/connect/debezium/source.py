"""Debezium's connector for MySQL: a snapshot of its tables, then their log."""

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.backends.fake.connect.data import Place, Record, RetryError
from harness.backends.fake.connect.debezium.events import Events, Origin
from harness.backends.fake.connect.debezium.options import Options
from harness.backends.fake.connect.debezium.shapes import Shape, Shapes
from harness.backends.fake.connect.world import CALLER, World
from harness.backends.fake.data.rows import Change, Logged, Row, Truncated
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.door import Door
from harness.model.rows import Position
from harness.model.value import Settings

NS_PER_MS = 1_000_000
QUEUE, BATCH = 8192, 2048
RECEIVED = 64
"""Events that a connection has received and not handed over, when it is taken for lost."""


class MySqlSource:
    """A `SourceTask`.

    How far it has read is a place in the log: a transaction's beginning, and how many of its
    changes are done. A snapshot that has not ended is begun anew.
    """

    def __init__(self, settings: Settings, world: World) -> None:
        self._options = Options(settings)
        self._world = world
        self._shapes = Shapes(self._options)
        self._events = Events(self._options, self._shapes)
        self._source = json.dumps({"server": self._options.prefix})
        self._waiting: deque[Record] = deque()
        self._at: Position | None = None
        self._done = 0
        self._snapshots = False
        self._beat_ns = 0
        self._polled_ns = 0
        self._stood = False

    @property
    def interval_s(self) -> float:
        """`poll.interval.ms`."""
        return self._options.number("poll.interval.ms", 500) / 1e3

    def start(self, places: Mapping[str, Place]) -> None:
        """Go on where it was; a place within a snapshot is as good as none."""
        place = places.get(self._source)
        self._polled_ns = self._world.clock.now_ns()
        if place is None or place.get("snapshot"):
            self._snapshots = True
        elif self._world.seams.goes_on:
            self._at = str(place["file"]), int(place["pos"])
            self._done = int(place.get("event", 0))

    def poll(self) -> Sequence[Record]:
        """The next events, up to a batch."""
        now_ns = self._world.clock.now_ns()
        limit_ms = self._options.number("connect.keep.alive.interval.ms", 60_000)
        self._stood = self._stood or now_ns - self._polled_ns > limit_ms * NS_PER_MS
        self._polled_ns = now_ns
        if not self._waiting:
            self._read()
        size = self._options.number("max.batch.size", BATCH)
        return [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]

    def _read(self) -> None:
        server = self._server()
        if server is None:
            return
        if self._snapshots:
            self._waiting.extend(self._snapshot(server))
            self._snapshots = False
        if self._at is None:
            self._at = server.log.end
        read = self._repeated(list(self._follow(server)))
        self._waiting.extend(self._world.seams.events(read))
        self._beat()

    def _server(self) -> DatabaseServer | None:
        """The server, if it answers; None while it is silent.

        Raises:
            RetryError: the connection is lost, and is made again.
        """
        server = self._world.database()
        door = Door(CALLER, server, self._world.links)
        if door.is_shut:
            wait_ms = self._options.number("retriable.restart.connector.wait.ms", 10_000)
            raise RetryError(f"{server.name} cannot be reached", wait_ms / 1e3)
        return None if door.is_silent else server

    def _snapshot(self, server: DatabaseServer) -> Iterator[Record]:
        """All rows as they are now, which is where the log is followed from."""
        self._at = server.log.end
        place: Place = {"file": self._at[0], "pos": self._at[1], "snapshot": True}
        wanted = self._options.snapshot != "no_data"
        rows = [
            (database, name, row)
            for database, tables in server.databases.items()
            for name, table in tables.items()
            if self._options.captures(database, name)
            for row in server.seams.snapshot(sorted(table.committed(), key=_key) if wanted else ())
        ]
        if self._options.flag("include.schema.changes", default=True):
            yield from self._definitions(server, place)
        for number, (database, name, row) in enumerate(rows, start=1):
            is_last = number == len(rows)
            snapshot = "last" if is_last else "true"
            origin = Origin(self._at, self._world.cluster.now_ms, snapshot=snapshot)
            shape = self._shape(server, database, name, row)
            record = self._events.of_row(database, name, shape, row, origin)
            if is_last:
                place = {"file": self._at[0], "pos": self._at[1]}
            yield replace(record, place=(self._source, place))

    def _definitions(self, server: DatabaseServer, place: Place) -> Iterator[Record]:
        for database, tables in server.databases.items():
            for name in tables:
                if self._options.captures(database, name):
                    now_ms = self._world.cluster.now_ms
                    record = self._events.definition(database, name, now_ms)
                    yield replace(record, place=(self._source, place))

    def _follow(self, server: DatabaseServer) -> Iterator[Record]:
        """The events of every transaction from where it stands."""
        assert self._at is not None  # noqa: S101 - the caller has seen to it
        for logged in server.shown(self._options.prefix, self._at):
            done, self._done = self._done, 0
            yield from self._of_transaction(server, logged, done)
            self._at = logged.end

    def _of_transaction(
        self, server: DatabaseServer, logged: Logged, done: int
    ) -> Iterator[Record]:
        captured = [
            (number, change)
            for number, change in enumerate(logged.changes, start=1)
            if self._options.captures(change.database, change.table)
        ]
        if not captured:
            return
        told = self._options.flag("provide.transaction.metadata", default=False)
        begin: Place = {"file": logged.start[0], "pos": logged.start[1], "event": 0}
        end: Place = {"file": logged.end[0], "pos": logged.end[1]}
        if told and not done:
            yield replace(self._events.began(logged), place=(self._source, begin))
        counts: Counter[str] = Counter()
        for number, change in captured:
            counts[f"{change.database}.{change.table}"] += 1
            if number <= done:
                continue
            is_last = number == captured[-1][0] and not told
            place = end if is_last else {**begin, "event": number}
            block = _block(logged, counts, change) if told else None
            for record in self._of_change(server, logged, number, change, block):
                yield replace(record, place=(self._source, place))
        if told:
            yield replace(self._events.ended(logged, dict(counts)), place=(self._source, end))

    def _of_change(
        self,
        server: DatabaseServer,
        logged: Logged,
        number: int,
        change: Change | Truncated,
        block: dict[str, Any] | None,
    ) -> Iterator[Record]:
        origin = Origin(logged.start, logged.at_ms, number - 1, logged.name)
        if isinstance(change, Truncated):
            if "t" not in self._options.skipped:
                columns = server.table(change.database, change.table).schema.columns
                row: Row = dict.fromkeys(columns)
                shape = self._shape(server, change.database, change.table, row)
                yield self._events.of_truncation(change.database, change.table, shape, origin)
            return
        row_now = change.after or change.before
        assert row_now is not None  # noqa: S101 - a change has an image
        shape = self._shape(server, change.database, change.table, row_now)
        yield from self._events.of_change(change, shape, origin, block)

    def _shape(self, server: DatabaseServer, database: str, table: str, row: Row) -> Shape:
        schema = server.table(database, table).schema
        self._shapes.learn(database, table, schema.columns)
        return self._shapes.of(database, table, schema.primary, row)

    def _beat(self) -> None:
        """Add a heartbeat when it is time for one."""
        every_ms = self._options.number("heartbeat.interval.ms", 0)
        now_ns = self._world.clock.now_ns()
        if every_ms and now_ns >= self._beat_ns and self._at is not None:
            self._beat_ns = now_ns + every_ms * 1_000_000
            place: Place = {"file": self._at[0], "pos": self._at[1]}
            beat = self._events.heartbeat(self._world.cluster.now_ms)
            self._waiting.append(replace(beat, place=(self._source, place)))

    def _repeated(self, read: list[Record]) -> list[Record]:
        """What is read, with what two connections hand over when the first is taken for lost.

        A reader of the log that has stood still before a full queue for longer than its keep-alive
        connects anew from behind the queue, and the first connection still hands over what it had.
        """
        size = self._options.number("max.queue.size", QUEUE)
        stood, self._stood = self._stood, False
        if not stood or len(read) <= size:
            return read
        return read[: size + RECEIVED] + read[size:]


def _key(row: Row) -> tuple[bool, Any]:
    key = row.get("id")
    return key is None, key


def _block(logged: Logged, counts: Counter[str], change: Change | Truncated) -> dict[str, Any]:
    """Where an event stands in its transaction."""
    return {
        "id": logged.name,
        "total_order": counts.total(),
        "data_collection_order": counts[f"{change.database}.{change.table}"],
    }
