"""One copy: its final rows beside those of the source and beside what its topics prescribe.

A row is right when it holds what the source holds in the end. Of a wrong one the topics tell whose
fault it is: the feed's, when the event that would have made it right is not there, or when the
events applied in order give just this wrong row; else the copy's. Where the source itself gave up
what it had committed, the source is to blame. A cache of the application has no topics: what is
wrong in it and right in the source, the application did.

Where a row has the right version and other contents, the feed is to blame when the last event of
that version tells otherwise than the source already, else the copy.
"""

from functools import cached_property

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.pipeline.cell_trail import CellTrail
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.source import Source
from harness.history.history import NOTHING
from harness.model.pipeline.hops import Hop
from harness.model.pipeline.paths import Copy
from harness.model.pipeline.traffic import Cache

UNKNOWN_HOP = "unknown"
"""To blame where topics were not read to their ends."""


class CopyTrail:
    """The final rows of one copy as columns, and per entity what is wrong with them."""

    def __init__(
        self,
        source: Source,
        feed: FeedTrail | None,
        hop: Hop,
        copy: Copy | Cache,
        *,
        drained: bool,
    ) -> None:
        self.source = source
        self.feed = feed
        """None for a cache of the application."""
        self.hop = hop
        self.copy = copy
        self.drained = drained
        """Whether it was read completely."""
        self.place = source.place(hop.target)
        rows = pl.col("place") == self.place
        # A mark that a row was removed is not a row.
        frame = source.flow.rows.filter(rows & (pl.col("version") != NOTHING))
        self.entity: Longs = source.entities_of(frame)
        self.op: Longs = frame["op"].cast(pl.Int64).to_numpy()
        self.version: Longs = frame["version"].to_numpy()

    @cached_property
    def change(self) -> Longs:
        """Per row: the change that made it, or NONE."""
        return self.source.versions(self.entity, self.version)

    @cached_property
    def held(self) -> Longs:
        """Per entity: how many rows there are."""
        return np.bincount(self.entity, minlength=len(self.source.entities))

    @cached_property
    def newest(self) -> Longs:
        """Per entity: the row with the newest version, or NONE."""
        newest = np.full(len(self.source.entities), NONE, dtype=np.int64)
        order = np.argsort(self.change, kind="stable")
        newest[self.entity[order]] = order
        return newest

    @cached_property
    def shown(self) -> Longs:
        """Per entity: the newest version that it holds, or NOTHING."""
        return np.append(self.version, NOTHING)[self.newest]

    @cached_property
    def wrong(self) -> dict[str, Rows]:
        """Entities by what is wrong with them.

        Against a source that was not read completely nothing can be held but a row that is there
        twice.
        """
        source = self.source
        if not source.drained:
            return {"duplicate-row": np.flatnonzero(self.held > 1)}
        there, alive = self.shown != NOTHING, source.truth != NOTHING
        different = self.shown != source.truth
        strange = there & different
        known = np.append(self.change, NONE)[self.newest]
        last = source.last
        removed = np.append(source.deletes, False)[last] | source.unlogged
        born = last != NONE
        older = strange & (known != NONE) & (known < self._of_truth)
        resurrected = strange & ~alive & removed & (known != NONE)
        extra = strange & ~alive & ~(removed & born)
        complete = self.drained and self.copy.holds == "equal"
        found = {
            "missing-row": alive & ~there & complete,
            "resurrected-row": resurrected,
            "extra-row": extra,
            "stale-row": alive & older,
            "foreign-row": strange & ~resurrected & ~extra & ~(alive & older),
            "duplicate-row": self.held > 1,
        }
        return {kind: np.flatnonzero(flags) for kind, flags in found.items()}

    @cached_property
    def blamed(self) -> dict[str, dict[str, Rows]]:
        """Entities by what is wrong with them, and by the hop that is to blame."""
        return {kind: self._blamed(kind, entity) for kind, entity in self.wrong.items()}

    @cached_property
    def cells(self) -> CellTrail:
        """The cells of it that are not the source's."""
        topics = NONE if self.feed is None else self.source.place(self.feed.hop.target)
        return CellTrail(self.source, self.place, topics)

    @cached_property
    def altered(self) -> dict[str, Rows]:
        """Entities of the right version with other contents, by the hop that is to blame."""
        cells = self.cells
        if self.feed is None or not len(cells.entities):
            return {}
        at_copy = np.setdiff1d(cells.behind_topics, cells.by_topics)
        known = np.union1d(cells.behind_topics, cells.by_topics)
        return {
            self.feed.hop.name: cells.by_topics,
            self.hop.name: at_copy,
            UNKNOWN_HOP: np.setdiff1d(cells.entities, known),
        }

    def _blamed(self, kind: str, entity: Rows) -> dict[str, Rows]:
        if not len(entity):
            return {}
        if kind == "duplicate-row":
            return {self.hop.name: entity}
        source = self._source_broke(entity)
        if self.feed is None:
            return {self.source.hop: entity[source], self.hop.name: entity[~source]}
        feed = self._feed_broke(self.feed, entity, kind)
        nobody = feed & (not self.feed.drained)
        return {
            self.source.hop: entity[source],
            self.feed.hop.name: entity[feed & ~source & ~nobody],
            UNKNOWN_HOP: entity[nobody & ~source],
            self.hop.name: entity[~feed & ~source],
        }

    @cached_property
    def right(self) -> int:
        """How many rows of the source it holds, once and as they are."""
        source = self.source
        alive = source.truth != NOTHING
        right = alive & (self.shown == source.truth) & (self.held == 1)
        right[self.cells.entities] = False
        return int(np.count_nonzero(right))

    @cached_property
    def inherited(self) -> int:
        """How many rows are wrong because of an earlier hop."""
        return sum(
            len(entities)
            for by_hop in (*self.blamed.values(), self.altered)
            for hop, entities in by_hop.items()
            if hop not in (self.hop.name, UNKNOWN_HOP)
        )

    @cached_property
    def _of_truth(self) -> Longs:
        """Per entity: the change that made the row of the source, or NONE."""
        source = self.source
        made = source.last.copy()
        other = np.flatnonzero((source.truth != source.last_version) & (source.truth != NOTHING))
        made[other] = source.versions(other, source.truth[other])
        # What is in no log came after all that is in it.
        made[source.unlogged & (source.truth != NOTHING)] = source.count
        return made

    def _feed_broke(self, feed: FeedTrail, entity: Rows, kind: str) -> Flags:
        shown, right = self.shown[entity], self.source.truth[entity]
        if kind in {"foreign-row", "extra-row"}:
            return feed.brings(entity, shown)
        prescribed = feed.prescribed[entity]
        there = np.append(feed.reached, False)[self.source.last[entity]]
        obeyed = (shown == prescribed) & (prescribed != right)
        broke: Flags = obeyed | ~(there | (prescribed == right))
        return broke

    def _source_broke(self, entity: Rows) -> Flags:
        """Whether the copy holds what the source told last in its log, and the source does not."""
        source = self.source
        astray = np.append(source.undone, False)[source.last[entity]] | source.unlogged[entity]
        broke: Flags = astray & (source.last_version[entity] == self.shown[entity])
        return broke
