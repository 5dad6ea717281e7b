"""Flows written by hand, beside a history written by hand.

    build = HistoryBuilder()
    flow = FlowBuilder(build)
    a = flow.write("writer", ("orders", 7))                 # its version is the operation
    flow.commit(("orders", 7, a))
    b = flow.write("writer", ("orders", 7))
    flow.commit(("orders", 7, b))                           # an update: version a before it
    flow.events("main/topics", "orders-0")                  # an event for each change so far
    flow.rows("main/sink", {("orders", 7): a})              # the final read: stale
    flow.cells("main/sink", ("orders", 7), a, amount="12.5")  # what else that row holds there
    history = flow.history()

Tables, places and logs are known by their names. Calls that are operations answer with their index.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, Unpack

from harness.history.build import Completion, HistoryBuilder
from harness.history.flow import Flow
from harness.history.history import NOTHING, History
from harness.history.rows import frame_of
from harness.history.tables import FLOW

Row: TypeAlias = tuple[str, int]
"""A table and a key."""
EventWord: TypeAlias = Literal[
    "insert",
    "update",
    "delete",
    "snapshot",
    "tombstone",
    "unreadable",
    "row",
    "removal",
    "opaque",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A committed change, as an event tells of it."""

    table: str
    key: int
    version: int
    before: int

    @property
    def kind(self) -> Literal["insert", "update", "delete"]:
        """What it did to its row."""
        if self.version == NOTHING:
            return "delete"
        return "insert" if self.before == NOTHING else "update"


class FlowBuilder:
    """Collects a flow one call at a time, into the operations of a `HistoryBuilder`."""

    def __init__(self, build: HistoryBuilder) -> None:
        self.build = build
        self._places: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._offsets: dict[str, int] = {}
        self._state: dict[Row, int] = {}
        self._txn = 0
        self.changes: list[Change] = []
        """All changes so far, in order of commit."""

    def write(
        self,
        process: str,
        *rows: Row,
        delete: bool = False,
        **completion: Unpack[Completion],
    ) -> int:
        """Write `rows` (or remove them) in one operation, which is their version."""
        op = self.build.operation("write", process, "writer", completion)
        for table, key in rows:
            kind = "delete" if delete else "update"
            version = NOTHING if delete else op
            self.build.rows.add("writes", op=op, **self._row((table, key), version), kind=kind)
        return op

    def commit(self, *changes: tuple[str, int, int]) -> None:
        """Commit rows (table, key, version; NOTHING removes) as the next transaction."""
        for table, key, version in changes:
            before = self._state.get((table, key), NOTHING)
            change = Change(table=table, key=key, version=version, before=before)
            self._state[table, key] = version
            self.changes.append(change)
            row = self._row((table, key), version)
            self.build.rows.add("changes", txn=self._txn, **row, before=before, kind=change.kind)
        self._txn += 1

    def remove_unlogged(self, table: str, key: int) -> None:
        """Remove a row past the log: no change tells of it."""
        del self._state[table, key]

    def event(
        self,
        place: str,
        log: str,
        change: Change,
        kind: EventWord | None = None,
        *,
        op: int,
        schema: int | None = None,
    ) -> None:
        """An event that tells of `change`, at the next offset of `log`; `op` read it."""
        offset = self._offsets.get(log, 0)
        self._offsets[log] = offset + 1
        word = kind or change.kind
        version, before = change.version, change.before
        if word in {"tombstone", "unreadable", "removal", "opaque"}:
            version = NOTHING
        if word in {"snapshot", "row", "tombstone", "unreadable", "removal", "opaque"}:
            before = NOTHING
        self.build.rows.add(
            "events",
            op=op,
            place=self._place(place),
            log=self.build.log(log),
            offset=offset,
            **self._row((change.table, change.key), version),
            before=before,
            kind=word,
            schema=schema,
        )

    def events(self, place: str, log: str, changes: Iterable[Change] | None = None) -> int:
        """Read an event for each of `changes` (all so far), and a tombstone after each delete."""
        op = self.drain(place)
        for change in self.changes if changes is None else changes:
            self.event(place, log, change, op=op)
            if change.kind == "delete":
                self.event(place, log, change, "tombstone", op=op)
        return op

    def rows(self, place: str, rows: Mapping[Row, int] | Iterable[tuple[Row, int]]) -> int:
        """Find `rows` with their versions in `place`, in the final read."""
        op = self.drain(place)
        pairs = rows.items() if isinstance(rows, Mapping) else rows
        for row, version in pairs:
            self.build.rows.add("rows", op=op, place=self._place(place), **self._row(row, version))
        return op

    def cells(self, place: str, row: Row, version: int, **columns: str | None) -> int:
        """Find `columns` of a row's `version` in `place`, in the final read; None is NULL."""
        op = self.drain(place)
        for column, text in columns.items():
            seen = {"place": self._place(place), **self._row(row, version)}
            self.build.rows.add("cells", op=op, **seen, column=column, text=text)
        return op

    def read(
        self, process: str, place: str, row: Row, version: int, **completion: Unpack[Completion]
    ) -> int:
        """Read `row` of `place` while traffic runs; NOTHING: it was not there."""
        op = self.build.operation("read", process, "reader", completion)
        seen = self._row(row, version)
        self.build.rows.add("sightings", op=op, place=self._place(place), **seen)
        return op

    def drain(self, place: str) -> int:
        """A part of the final read of `place` that finds nothing."""
        self._place(place)
        return self.build.drain("final-reader")

    def state(self) -> dict[Row, int]:
        """The rows of the source after all that was committed."""
        return {row: version for row, version in self._state.items() if version != NOTHING}

    def history(self) -> History:
        """The history with everything so far."""
        flow = Flow(
            tables=frame_of("tables", [(n, name) for name, n in self._names.items()]),
            places=frame_of("places", [(n, name) for name, n in self._places.items()]),
            **self.build.rows.frames(FLOW),
        )
        return self.build.history(flow)

    def _place(self, name: str) -> int:
        return self._places.setdefault(name, len(self._places))

    def _row(self, row: Row, version: int) -> dict[str, int]:
        """The columns that say which row it is, and which version of it."""
        table, key = row
        number = self._names.setdefault(table, len(self._names))
        return {"table": number, "key": key, "version": version}
