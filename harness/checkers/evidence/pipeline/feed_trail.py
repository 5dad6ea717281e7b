"""One feed: which committed change each event of its topics carries, and which had to come.

A feed that follows the binary log owes an event for every change after its snapshot, and by the
snapshot an event for every row that was there. The history does not tell when the snapshot was
taken; the latest moment that agrees with it counts: before the first streamed change of the table,
and before the next change of any row that the snapshot shows. A row that was born and removed
before that moment owes nothing.

A feed that polls owes what a row is in the end, and that it is gone when it showed it before; it
cannot see what was overwritten between two polls.
"""

from functools import cached_property

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import NONE, Bytes, Flags, Ints, Longs, Rows
from harness.checkers.evidence.pipeline.source import LAST, Source
from harness.history.history import NOTHING
from harness.history.tables import EVENT_KINDS
from harness.model.pipeline.feed_format import OUTBOX, FeedFormat
from harness.model.pipeline.hops import Hop
from harness.model.pipeline.paths import Feed

DELETE, SNAPSHOT, TOMBSTONE, UNREADABLE, ROW, REMOVAL, OPAQUE = (
    EVENT_KINDS.index(word)
    for word in ("delete", "snapshot", "tombstone", "unreadable", "row", "removal", "opaque")
)
NO_CHANGES: Longs = np.zeros(0, np.int64)
SILENT = (TOMBSTONE, UNREADABLE, OPAQUE)
"""Kinds that say nothing of what a row is."""
WITHOUT_BEFORE = (SNAPSHOT, ROW, REMOVAL)
"""Kinds that do not say what a row was before."""


class FeedTrail:
    """The events of one feed as columns, in order of log and offset."""

    def __init__(
        self, source: Source, hop: Hop, feed: Feed, *, drained: bool, snapshots: bool
    ) -> None:
        self.source = source
        self.hop = hop
        self.feed = feed
        self.polls = feed.polls
        self.snapshots = snapshots
        self._format = FeedFormat(feed)
        frame = source.flow.events.filter(pl.col("place") == source.place(hop.target))
        frame = frame.sort("log", "offset", maintain_order=True)
        self.entity: Longs = source.entities_of(frame)
        self.op: Longs = frame["op"].cast(pl.Int64).to_numpy()
        self.log: Ints = frame["log"].to_numpy()
        self.offset: Longs = frame["offset"].to_numpy()
        self.version: Longs = frame["version"].to_numpy()
        self.before: Longs = frame["before"].to_numpy()
        self.kind: Bytes = frame["kind"].to_physical().to_numpy()
        self.opaque: Rows = np.flatnonzero(self.kind == OPAQUE)
        """Events that do not say of which row, or of which version, they are."""
        self.drained = drained and not len(self.opaque)
        """Whether its topics were read to their ends, and all that is there is known."""
        self.schema: Ints = frame["schema"].fill_null(NOTHING).to_numpy()

    @cached_property
    def speaks(self) -> Flags:
        """Per event: it says something of a row."""
        speaks: Flags = ~np.isin(self.kind, SILENT)
        if self._format.settings.get("message.key.columns"):
            # An update that changes the key of its events is a delete and an insert.
            deletes = np.flatnonzero(self.kind == DELETE)
            halves = self.source.changes_from(self.entity[deletes], self.before[deletes])
            speaks[deletes[halves]] = False
        return speaks

    @cached_property
    def exact(self) -> Longs:
        """Per event: the change that it tells of truthfully, or NONE."""
        images = np.isin(self.kind, (SNAPSHOT, ROW)) | (self.polls & (self.kind != DELETE))
        removals = self.kind == REMOVAL
        found = np.full(len(self.op), NONE, dtype=np.int64)
        for rows, match in (
            (np.flatnonzero(self.speaks & images), self._by_version),
            (np.flatnonzero(self.speaks & ~images & ~removals), self._by_step),
        ):
            found[rows] = match(rows)
        if removals.any():
            self._match_removals(found)
        return found

    @cached_property
    def change(self) -> Longs:
        """Per event: the change that it brings, also one whose before-image it gets wrong."""
        rows = np.flatnonzero(self.speaks & (self.exact == NONE) & (self.version != NOTHING))
        found = self.exact.copy()
        found[rows] = self._by_version(rows)
        return found

    @cached_property
    def reached(self) -> Flags:
        """Per change: an event brings it."""
        reached = np.zeros(self.source.count, dtype=np.bool_)
        reached[self.change[self.change != NONE]] = True
        equal: Flags = reached[self.source.canonical]
        return equal

    @cached_property
    def expected(self) -> Flags:
        """Per change: an event has to bring it."""
        source = self.source
        if self.polls:
            shown = np.zeros(len(source.entities), dtype=np.bool_)
            shown[self.entity[self.change != NONE]] = True
            owed: Flags = source.following == LAST
            return owed & (~source.deletes | shown[source.entity])
        before = np.arange(source.count) < self._bound
        owed = (~before | self.by_snapshot) & ~source.undone
        # Only what is put into an outbox becomes a record; what removes it again does not.
        put_in = (source.before == NOTHING) & ~source.deletes
        expected: Flags = owed & (put_in | ~np.isin(source.table, self._outboxes))
        return expected

    @cached_property
    def by_snapshot(self) -> Flags:
        """Per change: a snapshot has to show the row that it left."""
        source = self.source
        before = np.arange(source.count) < self._bound
        shown: Flags = before & (source.following >= self._bound) & ~source.deletes
        return shown & self._shows_all

    @cached_property
    def _bound(self) -> Longs:
        """Per change: the first change of its table that a snapshot cannot have covered."""
        bound: Longs = self._snapshot_ends()[self.source.table] if self.source.count else NO_CHANGES
        return bound

    @cached_property
    def missed(self) -> Rows:
        """Changes that should have come and did not; none unless the topics were read whole."""
        missing = self.expected & ~self.reached
        return np.flatnonzero(missing) if self.drained else np.zeros(0, dtype=np.intp)

    @property
    def _outboxes(self) -> list[int]:
        """Tables whose rows become events of their own."""
        if self._format.transform(OUTBOX) is None:
            return []
        names = FeedFormat.named(self.feed, "prefix", "source")
        tables = self.source.flow.tables.select("table", "name").iter_rows()
        return [table for table, name in tables if names.boxed("prefix", "source", name)]

    @property
    def _shows_all(self) -> bool:
        """Whether every row that was there before is shown, by a snapshot or as if it was new."""
        return self.snapshots or not self._format.snapshots_again

    @cached_property
    def doubled(self) -> Flags:
        """Per event: it repeats a change, and is not what a snapshot on demand shows again."""
        again = (self.kind == SNAPSHOT) & self._format.snapshots_again
        doubled: Flags = self.repeats & ~again
        return doubled

    @cached_property
    def repeats(self) -> Flags:
        """Per event: the change that it brings has come before, as often as it was made."""
        made = np.bincount(self.source.canonical, minlength=self.source.count)
        rows = np.flatnonzero(self.change != NONE)
        rows = rows[np.argsort(self.change[rows], kind="stable")]
        change, at = self.change[rows], np.arange(len(rows))
        starts = np.where(np.append(True, np.diff(change) != 0)[: len(rows)], at, 0)
        repeats = np.zeros(len(self.op), dtype=np.bool_)
        repeats[rows] = at - np.maximum.accumulate(starts) >= made[change]
        return repeats

    def by_entity(self, wanted: Flags) -> tuple[Rows, Longs]:
        """Events by log and entity, in order of offset, with the number of that pair."""
        rows = np.flatnonzero(wanted)
        pair = self.log[rows].astype(np.int64) * len(self.source.entities) + self.entity[rows]
        order = np.argsort(pair, kind="stable")
        return rows[order], pair[order]

    @cached_property
    def prescribed(self) -> Longs:
        """Per entity: its row when all events are applied in order; NOTHING if none or removed.

        An entity in several logs is what the log with its newest change says.
        """
        rows, pair = self.by_entity(self.speaks | (self.kind == TOMBSTONE))
        ends = np.flatnonzero(np.append(np.diff(pair) != 0, True)[: len(pair)])
        change = self.change[rows]
        # A tombstone belongs to the delete before it.
        bare = (self.kind[rows] == TOMBSTONE) & (np.arange(len(rows)) > 0)
        change[bare] = change[np.flatnonzero(bare) - 1]
        ends = ends[np.argsort(change[ends], kind="stable")]
        prescribed = np.full(len(self.source.entities), NOTHING)
        final = rows[ends]
        gone = np.isin(self.kind[final], (TOMBSTONE, DELETE, REMOVAL))
        prescribed[self.entity[final]] = np.where(gone, NOTHING, self.version[final])
        return prescribed

    def brings(self, entity: Longs, version: Longs) -> Flags:
        """Whether any event shows each version of an entity."""
        events = pl.DataFrame({"entity": self.entity, "version": self.version}).filter(self.speaks)
        wanted = pl.DataFrame({"entity": entity, "version": version}).with_row_index("at")
        found = np.zeros(len(wanted), dtype=np.bool_)
        found[wanted.join(events, on=["entity", "version"], how="semi")["at"].to_numpy()] = True
        return found

    def _by_version(self, rows: Rows) -> Longs:
        return self.source.versions(self.entity[rows], self.version[rows])

    def _by_step(self, rows: Rows) -> Longs:
        return self.source.steps(self.entity[rows], self.version[rows], self.before[rows])

    def _match_removals(self, found: Longs) -> None:
        """Put into `found` the change that each bare removal brings: the next delete of its row.

        It is the next one after the row that stands before it in its log, so that one that comes
        again behind that row brings the same delete again. One right behind another removal does
        too, unless no event shows the row that the delete after that one ended.
        """
        rows, pair = self.by_entity(self.speaks)
        bare = self.kind[rows] == REMOVAL
        starts = np.append(True, np.diff(pair) != 0)[: len(rows)]
        told = np.where(starts | ~bare, np.arange(len(rows)), 0)
        last = np.maximum.accumulate(told)
        behind = np.where(bare[last], NONE, found[rows[last]])
        at = np.flatnonzero(bare)
        deletes = self.source.delete_after(self.entity[rows[at]], behind[at])
        found[rows[at]] = np.where(deletes == LAST, NONE, deletes)
        for again in at[(~starts & np.append(False, bare[:-1]))[at]]:
            before, entity = found[rows[again - 1]], self.entity[rows[[again]]]
            (after,) = self.source.delete_after(entity, np.array([before])).tolist()
            known = after != LAST and self.brings(entity, self.source.before[[after]]).all()
            found[rows[again]] = before if known or after == LAST else after

    def _snapshot_ends(self) -> Longs:
        """Per table: the first change that a snapshot cannot have covered; see the module."""
        source = self.source
        tables = int(source.table.max()) + 1
        ends = np.full(tables, LAST)
        rows = np.flatnonzero(self.change != NONE)
        # A row that does not say what happened may be what a snapshot showed.
        shown = (SNAPSHOT, ROW) if self.snapshots else (SNAPSHOT,)
        change, looks = self.change[rows], np.isin(self.kind[rows], shown)
        if not self._shows_all:
            change, looks = change[~looks], looks[~looks]
        bound = np.where(looks, source.following[change], change)
        np.minimum.at(ends, source.table[change], bound)
        if self._shows_all and not (looks.any() or self.snapshots):
            return np.zeros(tables, dtype=np.int64)
        unseen = np.setdiff1d(np.arange(tables), source.table[change[looks]])
        ends[unseen] = ends.min()
        return ends
