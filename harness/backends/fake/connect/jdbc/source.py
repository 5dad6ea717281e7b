"""The source that polls tables over JDBC: rows behind a place, by key, by time, or by both."""

import json
from collections.abc import Mapping as Places
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from harness.backends.fake.connect.columns import EPOCH, Mapping
from harness.backends.fake.connect.data import Part, Place, Record, RetryError, Schema, TaskError
from harness.backends.fake.connect.reading import listed
from harness.backends.fake.connect.world import CALLER, World
from harness.backends.fake.data.rows import Row
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.data.table import Table
from harness.backends.fake.door import Door
from harness.model.value import Settings

BACKOFF_S = 1.0
ATTEMPTS = 60
MODES = ("incrementing", "timestamp", "timestamp+incrementing")
MICRO = timedelta(microseconds=1)


class JdbcSource:
    """A `SourceTask`, over the tables of one database.

    It never sees what was deleted, nor what a row was between two looks.
    """

    def __init__(self, settings: Settings, world: World) -> None:
        self._settings = settings
        self._world = world
        url = str(settings["connection.url"])
        self._database = url.partition("?")[0].rpartition("/")[2]
        self._tables = listed(settings["table.whitelist"])
        self._mode = str(settings.get("mode", "bulk"))
        if self._mode not in MODES:
            raise TaskError(f"the fake JDBC source has no mode {self._mode}")
        self._time = str(settings.get("timestamp.column.name", ""))
        self._key = str(settings.get("incrementing.column.name", "id"))
        self._mapping = Mapping(adaptive=False)
        self._places: dict[str, Place] = {}
        self._failures = 0

    @property
    def interval_s(self) -> float:
        """`poll.interval.ms`."""
        return float(self._settings.get("poll.interval.ms", 5000)) / 1e3

    def start(self, places: Places[str, Place]) -> None:
        """Go on where it was."""
        self._places = dict(places)

    def poll(self) -> Sequence[Record]:
        """The new rows of every table."""
        server = self._server()
        if server is None:
            return []
        self._failures = 0
        return [record for name in self._tables for record in self._look(server, name)]

    def _server(self) -> DatabaseServer | None:
        server = self._world.database()
        door = Door(CALLER, server, self._world.links)
        if door.is_shut:
            self._failures += 1
            if self._failures >= int(self._settings.get("connection.attempts", ATTEMPTS)):
                raise TaskError(f"given up after {self._failures} attempts")
            raise RetryError(f"{server.name} cannot be reached", BACKOFF_S)
        return None if door.is_silent else server

    def _look(self, server: DatabaseServer, name: str) -> list[Record]:
        table = server.table(self._database, name)
        source = json.dumps({"table": f"{self._database}.{name}", "protocol": "1"})
        since = self._places.get(source, {})
        delay_ms = int(self._settings.get("timestamp.delay.interval.ms", 0))
        until = server.now - timedelta(milliseconds=delay_ms)
        rows = sorted(
            (row for row in table.committed() if self._is_new(row, since, until)), key=self._order
        )
        found = []
        for row in rows:
            place = self._place(row)
            self._places[source] = place
            found.append(self._record(table, row, (source, place)))
        return found

    def _is_new(self, row: Row, since: Place, until: datetime) -> bool:
        key, after = row.get(self._key), since.get("incrementing", -(1 << 63))
        if self._mode == "incrementing":
            return isinstance(key, int) and key > after
        moment = row[self._time]
        if not isinstance(moment, datetime) or moment >= until:
            return False
        last = EPOCH + int(since.get("micros", 0)) * MICRO
        if self._mode == "timestamp":
            return moment > last
        return moment > last or (moment == last and isinstance(key, int) and key > after)

    def _order(self, row: Row) -> tuple[Any, ...]:
        if self._mode == "incrementing":
            return (row[self._key],)
        return row[self._time], row.get(self._key)

    def _place(self, row: Row) -> Place:
        place: dict[str, Any] = {}
        if "incrementing" in self._mode:
            place["incrementing"] = row[self._key]
        moment = row[self._time] if "timestamp" in self._mode else None
        if isinstance(moment, datetime):
            place["micros"] = (moment - EPOCH) // MICRO
        return place

    def _record(self, table: Table, row: Row, place: tuple[str, Place]) -> Record:
        fields: list[tuple[str, Schema]] = []
        values: dict[str, Any] = {}
        for name, value in row.items():
            schema, encode = self._mapping.column(table.schema.columns[name])
            fields.append((name, schema))
            values[name] = None if value is None else encode(value)
        schema = Schema("struct", table.name, fields=tuple(fields))
        topic = f"{self._settings.get('topic.prefix', '')}{table.name}"
        return Record(topic=topic, value=Part(schema, values), place=place)
