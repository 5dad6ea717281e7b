"""The definitions of all anomalies of a pipeline once more, as slow and plain as they can be."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from harness.checkers.evidence.pipeline.copy_trail import UNKNOWN_HOP
from harness.history.history import NOTHING, History
from tests.checkers.flows import (
    CACHE,
    CACHE_HOP,
    FEED_HOP,
    SINK,
    SINK_HOP,
    SOURCE,
    SOURCE_HOP,
    TOPICS,
)

Row = dict[str, Any]
Key = tuple[int, int]
Found = dict[str, dict[str, int]]


class FlowOracle:
    """Counts anomalies of a small flow that was read completely, by kind and hop."""

    def __init__(self, history: History) -> None:
        flow = history.flow
        self.ops: list[Row] = history.operations.to_dicts()
        self.changes: list[Row] = flow.changes.to_dicts()
        self.writes: list[Row] = flow.writes.to_dicts()
        self.sights: list[Row] = flow.sightings.to_dicts()
        self.places = dict(flow.places.select("name", "place").iter_rows())
        self.rows: list[Row] = flow.rows.to_dicts()
        self.cells: list[Row] = flow.cells.to_dicts()
        topics = self.places.get(TOPICS)
        events = [each for each in flow.events.to_dicts() if each["place"] == topics]
        self.events = sorted(events, key=lambda event: (event["log"], event["offset"]))
        self.found: dict[str, Counter[str]] = defaultdict(Counter)

    def counts(self) -> Found:
        """How many anomalies of each kind each hop is to blame for."""
        self._feed()
        for place, hop in ((SINK, SINK_HOP), (CACHE, CACHE_HOP)):
            self._copy(place, hop)
            self._contents(place, hop)
            self._readers(place, hop)
        self._source()
        return {kind: dict(hops) for kind, hops in self.found.items()}

    # Small words.

    def _row(self, each: Row) -> Key:
        return each["table"], each["key"]

    def _of(self, row: Key) -> list[int]:
        return [at for at, change in enumerate(self.changes) if self._row(change) == row]

    def _next(self, change: int) -> int | None:
        later = [at for at in self._of(self._row(self.changes[change])) if at > change]
        return later[0] if later else None

    def _speaks(self, event: Row) -> bool:
        return event["kind"] not in {"tombstone", "unreadable"}

    def _exact(self, event: Row) -> int | None:
        images = ("version",) if event["kind"] == "snapshot" else ("version", "before")
        if not self._speaks(event) or (event["kind"] == "snapshot" and event["version"] < 0):
            return None
        for at in self._of(self._row(event)):
            if all(self.changes[at][image] == event[image] for image in images):
                return at
        return None

    def _brings(self, event: Row) -> int | None:
        if not self._speaks(event):
            return None
        exact = self._exact(event)
        if exact is None and event["version"] != NOTHING:
            same = [
                at
                for at in self._of(self._row(event))
                if self.changes[at]["version"] == event["version"]
            ]
            return same[0] if same else None
        return exact

    def _repeat(self, at: int) -> bool:
        change = self._brings(self.events[at])
        return change is not None and change in map(self._brings, self.events[:at])

    def _along(self, wanted: list[int]) -> list[list[Row]]:
        """Events by log and row."""
        along: dict[Any, list[Row]] = defaultdict(list)
        for at in wanted:
            event = self.events[at]
            along[event["log"], self._row(event)].append(event)
        return list(along.values())

    # The feed.

    def _bounds(self) -> dict[int, int]:
        end = len(self.changes)
        bounds: dict[int, int] = {}
        seen = set()
        for event in self.events:
            change = self._brings(event)
            if change is None:
                continue
            table = self.changes[change]["table"]
            bound: int | None = change
            if event["kind"] == "snapshot":
                seen.add(table)
                bound = self._next(change)
            bounds[table] = min(bounds.get(table, end), end if bound is None else bound)
        least = min(bounds.values(), default=end)
        return {
            table: bounds[table] if table in seen else least
            for table in {each["table"] for each in self.changes}
        }

    def _owed(self, change: int, bound: int) -> bool:
        if change >= bound:
            return True
        later = self._next(change)
        alive = self.changes[change]["version"] != NOTHING
        return alive and (later is None or later >= bound)

    def _feed(self) -> None:
        bounds = self._bounds()
        brought = {self._brings(event) for event in self.events}
        missed = {
            at
            for at, change in enumerate(self.changes)
            if at not in brought and self._owed(at, bounds[change["table"]])
        }
        there = {self.changes[at]["txn"] for at in brought if at is not None}
        repeated = {self._brings(each) for at, each in enumerate(self.events) if self._repeat(at)}
        streamed = {
            self._brings(each)
            for each in self.events
            if self._speaks(each) and each["kind"] != "snapshot"
        }
        found = {
            "missed-change": len(missed),
            "torn-transaction": len(there & {self.changes[at]["txn"] for at in missed}),
            "undecodable": sum(event["kind"] == "unreadable" for event in self.events),
            "phantom-change": sum(
                self._speaks(event) and self._exact(event) is None for event in self.events
            ),
            "duplicate-change": len(repeated & streamed),
            "repeated-snapshot": len(repeated - streamed),
            **self._sequences(),
        }
        for kind, count in found.items():
            if count:
                self.found[kind][FEED_HOP] += count

    def _sequences(self) -> Counter[str]:
        found: Counter[str] = Counter()
        once = [at for at in range(len(self.events)) if not self._repeat(at)]
        speaking = [at for at in once if self._speaks(self.events[at])]
        for events in self._along(speaking):
            known = [each for each in map(self._brings, events) if each is not None]
            found["reordered-change"] += sum(
                any(earlier > change for earlier in known[:at]) for at, change in enumerate(known)
            )
            found["broken-chain"] += sum(
                b["kind"] != "snapshot" and b["before"] != a["version"] for a, b in pairwise(events)
            )
        for events in self._along([at for at in once if self.events[at]["kind"] != "unreadable"]):
            kinds = [event["kind"] for event in events] + ["nothing"]
            found["missing-tombstone"] += sum(
                kind == "delete" and after != "tombstone" for kind, after in pairwise(kinds)
            )
        return found

    # The copies.

    def _truth(self, row: Key) -> int:
        changes = self._of(row)
        return int(self.changes[changes[-1]]["version"]) if changes else NOTHING

    def _made(self, row: Key, version: int) -> int | None:
        same = [at for at in self._of(row) if self.changes[at]["version"] == version]
        return same[0] if same and version != NOTHING else None

    def _prescribed(self, row: Key) -> int:
        events = [
            event
            for event in self.events
            if self._row(event) == row and event["kind"] != "unreadable"
        ]
        gone = not events or events[-1]["kind"] in {"delete", "tombstone"}
        return NOTHING if gone else int(events[-1]["version"])

    def _copy(self, place: str, hop: str) -> None:
        held: dict[Key, list[int]] = defaultdict(list)
        for each in self.rows:
            if each["place"] == self.places[place] and each["version"] != NOTHING:
                held[self._row(each)].append(each["version"])
        everywhere = {self._row(each) for each in (*self.changes, *self.rows)}
        for row in everywhere:
            versions = held.get(row, [])
            if len(versions) > 1:
                self.found["duplicate-row"][hop] += 1
            ages = [-1 if (made := self._made(row, each)) is None else made for each in versions]
            best = [
                version for version, age in zip(versions, ages, strict=True) if age == max(ages)
            ]
            # Of several that nobody wrote, the one that was found last.
            shown = best[-1] if best else NOTHING
            kind = self._wrong(row, shown, cached=place == CACHE)
            if kind:
                self.found[kind][FEED_HOP if self._by_feed(row, shown, kind) else hop] += 1

    def _wrong(self, row: Key, shown: int, *, cached: bool) -> str | None:
        truth, made = self._truth(row), self._made(row, shown)
        if shown == truth or (shown == NOTHING and cached):
            return None
        if shown == NOTHING:
            return "missing-row"
        if truth == NOTHING:
            if not self._of(row):
                return "extra-row"
            return "foreign-row" if made is None else "resurrected-row"
        return "foreign-row" if made is None else "stale-row"

    def _by_feed(self, row: Key, shown: int, kind: str) -> bool:
        mine = [event for event in self.events if self._row(event) == row]
        if kind in {"foreign-row", "extra-row"}:
            return any(self._speaks(event) and event["version"] == shown for event in mine)
        said, right = self._prescribed(row), self._truth(row)
        there = self._of(row)[-1] in {self._brings(event) for event in mine}
        return (shown == said != right) or not (there or said == right)

    def _texts(self, place: str, row: Key) -> dict[str, str | None]:
        """What columns of the version that the source has in the end hold in a place."""
        truth = self._truth(row)
        return {
            each["column"]: each["text"]
            for each in self.cells
            if each["place"] == self.places.get(place) and self._row(each) == row
            if each["version"] == truth
        }

    def _contents(self, place: str, hop: str) -> None:
        for row in {self._row(each) for each in self.cells}:
            true, held, told = (self._texts(each, row) for each in (SOURCE, place, TOPICS))
            wrong = [name for name in true.keys() & held.keys() if true[name] != held[name]]
            if not wrong:
                continue
            right = [told[name] == true[name] for name in wrong if name in told]
            blamed = UNKNOWN_HOP if not right else hop if all(right) else FEED_HOP
            self.found["altered-row"][blamed] += 1

    # Readers.

    def _readers(self, place: str, hop: str) -> None:
        seen: dict[Any, int] = {}
        newest: dict[Any, int] = {}
        for sight in self.sights:
            if sight["place"] != self.places[place]:
                continue
            row, version = self._row(sight), sight["version"]
            change = self._made(row, version)
            if version == NOTHING and place == SINK:
                self._saw_nothing(row, sight, hop, seen, newest)
            elif change is not None:
                if change < newest.get(row, -1):
                    self.found["nonmonotonic-sighting"][hop] += 1
                seen[row] = max(seen.get(row, -1), change)
                newest[row] = max(newest.get(row, -1), change)

    def _saw_nothing(
        self, row: Key, sight: Row, hop: str, seen: dict[Any, int], newest: dict[Any, int]
    ) -> None:
        if row not in seen:
            return
        deletes = [
            at for at in self._of(row) if at > seen[row] and self.changes[at]["version"] == NOTHING
        ]
        if not deletes or self._begun_ns(deletes[0]) > self.ops[sight["op"]]["complete_ns"]:
            self.found["nonmonotonic-sighting"][hop] += 1
        else:
            newest[row] = max(newest[row], deletes[0])

    def _begun_ns(self, delete: int) -> int:
        change = self.changes[delete]
        return next(
            (
                int(self.ops[write["op"]]["invoke_ns"])
                for write in self.writes
                if self._row(write) == self._row(change)
                and write["kind"] == "delete"
                and self.ops[write["op"]]["outcome"] != "fail"
                and write["op"] > change["before"]
            ),
            -1,
        )

    # The source.

    def _ok(self, write: Row) -> bool:
        return bool(self.ops[write["op"]]["outcome"] == "ok")

    def _source(self) -> None:
        lost = sum(self._lost(write) for write in self.writes if self._ok(write))
        if lost:
            self.found["lost-change"][SOURCE_HOP] = lost

    def _lost(self, write: Row) -> bool:
        row = self._row(write)
        if write["kind"] != "delete":
            return self._made(row, write["version"]) is None
        before = [
            made
            for each in self.writes
            if self._row(each) == row and each["op"] < write["op"] and self._ok(each)
            if (made := self._made(row, each["version"])) is not None
        ]
        if not before:
            return False
        after = [
            at for at in self._of(row) if at > before[-1] and self.changes[at]["version"] == NOTHING
        ]
        return not after or self.changes[after[0]]["before"] >= write["op"]
