"""What readers of one copy saw while traffic ran, as columns in order of their operations."""

from functools import cached_property

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.columns import NEVER
from harness.checkers.evidence.pipeline.copy_trail import CopyTrail
from harness.checkers.evidence.pipeline.source import LAST, Source
from harness.history.history import NOTHING, History


class SightTrail:
    """The sights of ok reads of one copy."""

    def __init__(self, source: Source, copy: CopyTrail, history: History) -> None:
        self.source = source
        self.copy = copy
        columns = history.operations.select("op", "process", "invoke_ns", "complete_ns", "outcome")
        frame = (
            source.flow.sightings.filter(pl.col("place") == copy.place)
            .join(columns, on="op", how="left", maintain_order="left")
            .filter(pl.col("outcome") == "ok")
            .sort("op", maintain_order=True)
        )
        if copy.copy.holds == "cached":
            # A cache may forget: that nothing is found there says nothing.
            frame = frame.filter(pl.col("version") != NOTHING)
        self.op: Longs = frame["op"].cast(pl.Int64).to_numpy()
        self.entity: Longs = source.entities_of(frame)
        self.version: Longs = frame["version"].to_numpy()
        self.process: Longs = frame["process"].cast(pl.Int64).to_numpy()
        self.invoke_ns: Longs = frame["invoke_ns"].to_numpy()
        self.complete_ns: Longs = frame["complete_ns"].fill_null(NEVER).to_numpy()

    @cached_property
    def change(self) -> Longs:
        """Per sight: the change that made what was seen; NONE for nothing and for the unknown."""
        return self.source.versions(self.entity, self.version)

    @cached_property
    def nothing(self) -> Flags:
        """Per sight: the reader found nothing."""
        nothing: Flags = self.version == NOTHING
        return nothing

    def by_reader(self) -> tuple[Rows, Longs]:
        """Sights of known changes, and of nothing, by reader and entity in order of time."""
        rows = np.flatnonzero(self.nothing | (self.change != NONE))
        pair = self.process[rows] * len(self.source.entities) + self.entity[rows]
        order = np.argsort(pair, kind="stable")
        return rows[order], np.cumsum(np.append(False, np.diff(pair[order]) != 0))[: len(rows)]

    @cached_property
    def staleness_ns(self) -> Longs:
        """Per sight: how long a newer row had been acknowledged when the read began; 0 if none.

        Nothing is what the last delete left that was under way when the read ended, or what was
        there before the first insert.
        """
        change = np.where(self.nothing, self._latest_delete, self.change)
        known_ns = self.source.newer_known_ns(self.entity, change)
        stale = (known_ns < self.invoke_ns) & (self.nothing | (self.change != NONE))
        return np.where(stale, self.invoke_ns - known_ns, 0)

    def newer_than(self, sight: int) -> int:
        """The first change after what a stale sight shows; NONE if there is none."""
        entity = int(self.entity[sight])
        change = int(self._latest_delete[sight] if self.nothing[sight] else self.change[sight])
        newer = int(self.source.first[entity] if change == NONE else self.source.following[change])
        return NONE if newer == LAST else newer

    @cached_property
    def _latest_delete(self) -> Longs:
        """Per sight: the last delete of its entity that began before the read ended, or NONE."""
        source = self.source
        deletes = np.flatnonzero(source.deletes)
        begun_ns = source.begun_ns(deletes)
        known = pl.DataFrame({"entity": source.entity[deletes], "at": begun_ns, "found": deletes})
        wanted = pl.DataFrame({"entity": self.entity, "at": self.complete_ns}).with_row_index("row")
        found = wanted.sort("at").join_asof(
            known.sort("at", maintain_order=True),
            on="at",
            by="entity",
            strategy="backward",
            check_sortedness=False,
        )
        return found.sort("row")["found"].fill_null(NONE).to_numpy()
