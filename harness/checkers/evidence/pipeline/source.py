"""The source side of a flow: changes in order of commit, the final rows, and who wrote what when.

A row of a table is an `entity`, numbered densely over tables and keys. A change is known by its
place in the order of commit; a sight, an event or a row refers to it by that number.
"""

from functools import cached_property

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import NONE, Flags, Ints, Longs, Rows
from harness.checkers.evidence.columns import NEVER
from harness.history.flow import Flow
from harness.history.history import NOTHING, History
from harness.model.facts import Facts
from harness.model.pipeline.hops import writers_hop
from harness.model.pipeline.systems import LOGS
from harness.model.pipeline.workload import PipelineWorkload

LAST = np.iinfo(np.int64).max
"""What follows the last change of an entity."""


class Source:
    """The changes of a flow as columns, with their successors, writes and acknowledgements."""

    def __init__(self, history: History, facts: Facts, workload: PipelineWorkload) -> None:
        self._history = history
        self._workload = workload
        self.flow: Flow = history.flow
        self.name = workload.source
        """The place that it is."""
        self.log = LOGS[workload.source]
        """What it calls its log."""
        self.hop = writers_hop(workload.source)
        """How changes get into it."""
        self.drained = self.name in facts.drained
        """Whether its rows and its binary log were read completely."""
        frame = self.flow.changes
        self.txn: Ints = frame["txn"].to_numpy()
        self.table: Ints = frame["table"].to_numpy()
        self.version: Longs = frame["version"].to_numpy()
        self.before: Longs = frame["before"].to_numpy()
        self.deletes: Flags = self.version == NOTHING
        self.count = len(frame)

    @cached_property
    def entities(self) -> pl.DataFrame:
        """Every table and key that occurs anywhere, with its number."""
        flow = self.flow
        frames = (flow.changes, flow.events, flow.rows, flow.cells, flow.writes, flow.sightings)
        pairs = pl.concat([frame.select("table", "key") for frame in frames]).unique()
        return pairs.sort("table", "key").with_row_index("entity").cast({"entity": pl.Int64})

    def entities_of(self, frame: pl.DataFrame) -> Longs:
        """The entity of each row of `frame`."""
        keys = frame.select("table", "key")
        found = keys.join(self.entities, on=["table", "key"], how="left", maintain_order="left")
        return found["entity"].to_numpy()

    @cached_property
    def entity(self) -> Longs:
        """Per change: its entity."""
        return self.entities_of(self.flow.changes)

    @cached_property
    def following(self) -> Longs:
        """Per change: the next change of its entity, or LAST."""
        order = np.argsort(self.entity, kind="stable")
        same = self.entity[order[1:]] == self.entity[order[:-1]]
        following = np.full(self.count, LAST)
        following[order[:-1][same]] = order[1:][same]
        return following

    @cached_property
    def last(self) -> Longs:
        """Per entity: its last change, or NONE."""
        return self._per_entity(np.flatnonzero(self.following == LAST))

    @cached_property
    def first(self) -> Longs:
        """Per entity: its first change, or NONE."""
        return self._per_entity(np.arange(self.count)[::-1])

    @cached_property
    def last_version(self) -> Longs:
        """Per entity: the row after its last change; NOTHING for one that never was."""
        return np.append(self.version, NOTHING)[self.last]

    @cached_property
    def truth(self) -> Longs:
        """Per entity: its row in the source in the end; the last change where nobody looked."""
        if not self.drained:
            return self.last_version
        rows = self.flow.rows.filter(pl.col("place") == self.place(self.name))
        truth = np.full(len(self.entities), NOTHING)
        truth[self.entities_of(rows)] = rows["version"].to_numpy()
        return truth

    @cached_property
    def unlogged(self) -> Flags:
        """Per entity: the source's table shows in the end what its binary log does not tell.

        Its row has a version that no change made, or it is gone without a delete, although a writer
        was told after the row's last change that it is removed.
        """
        if not self.drained:
            return np.zeros(len(self.entities), dtype=np.bool_)
        shown = self.truth != NOTHING
        unlogged: Flags = shown & (self.versions(np.arange(len(shown)), self.truth) == NONE)
        removals = self.writes.filter("is_delete", "ok").group_by("entity").agg(pl.col("op").max())
        entity, op = removals["entity"].to_numpy(), removals["op"].to_numpy()
        made = self.ops_of(self.last[entity])
        removed = ~shown[entity] & (self.last_version[entity] != NOTHING) & (made < op)
        unlogged[entity[removed]] = True
        return unlogged

    @cached_property
    def undone(self) -> Flags:
        """Per change: it is its entity's last one, and the source's table has given it up."""
        undone = np.zeros(self.count, dtype=np.bool_)
        known = np.flatnonzero((self.last != NONE) & ~self.unlogged)
        undone[self.last[known[self.truth[known] != self.last_version[known]]]] = True
        return undone

    @cached_property
    def canonical(self) -> Longs:
        """Per change: the first one equal to it; nearly always itself."""
        if len(self._steps) == self.count:
            return np.arange(self.count)
        return self.steps(self.entity, self.version, self.before)

    def steps(self, entity: Longs, version: Longs, before: Longs) -> Longs:
        """The change from `before` to `version` of each entity, or NONE."""
        wanted = pl.DataFrame({"entity": entity, "version": version, "before": before})
        return _matched(wanted, self._steps)

    def versions(self, entity: Longs, version: Longs) -> Longs:
        """The change that made each version of an entity, or NONE."""
        return _matched(pl.DataFrame({"entity": entity, "version": version}), self._versions)

    def changes_from(self, entity: Longs, before: Longs) -> Flags:
        """Whether each version of an entity was changed to another one, and not deleted."""
        kept = ~self.deletes
        known = pl.DataFrame({"entity": self.entity[kept], "before": self.before[kept]})
        wanted = pl.DataFrame({"entity": entity, "before": before}).with_row_index("at")
        found = np.zeros(len(wanted), dtype=np.bool_)
        found[wanted.join(known, on=["entity", "before"], how="semi")["at"].to_numpy()] = True
        return found

    def delete_after(self, entity: Longs, change: Longs) -> Longs:
        """The first delete of each entity that comes after `change`, or LAST."""
        width = self.count + 1
        rows = np.flatnonzero(self.deletes)
        address = np.sort(self.entity[rows] * width + rows)
        at = np.searchsorted(address, entity * width + change, side="right")
        found = np.append(address, LAST)[at]
        return np.where(found // width == entity, found % width, LAST)

    @cached_property
    def writes(self) -> pl.DataFrame:
        """What the scenario's writers asked: op, entity, version, times, is_delete, ok, failed."""
        workload = self._workload
        names = [each.name for each in workload.writers] + [each.name for each in workload.races]
        writers = self._history.processes.filter(pl.col("kind").is_in(names))["process"]
        writes = self.flow.writes.with_columns(entity=self.entities_of(self.flow.writes))
        return (
            writes.join(self._history.operations, on="op", how="left", maintain_order="left")
            .filter(pl.col("process").is_in(writers.implode()))
            .select(
                pl.col("op").cast(pl.Int64),
                "entity",
                "version",
                "invoke_ns",
                pl.col("complete_ns").fill_null(NEVER),
                is_delete=pl.col("kind") == "delete",
                ok=pl.col("outcome") == "ok",
                failed=pl.col("outcome") == "fail",
            )
            .sort("op", maintain_order=True)
        )

    @cached_property
    def written_by(self) -> Longs:
        """Per change: the row of `writes` that asked for it, or NONE.

        A delete is matched with the first of its entity that came back ok after the write of the
        row that it removed; it may be another's when the true one never came back.
        """
        made = self._makers
        wanted = pl.DataFrame({"entity": self.entity, "version": self.version})
        return self._with_deletes(_matched(wanted, made), pl.col("ok"))

    @cached_property
    def begun_by(self) -> Longs:
        """Per change: the first row of `writes` that can have done it, or NONE."""
        return self._with_deletes(self.written_by.copy(), ~pl.col("failed"))

    def ops_of(self, change: Longs) -> Longs:
        """The operation that wrote each change; NONE where nobody knows."""
        write = np.append(self.written_by, NONE)[change]
        ops: Longs = np.append(self.writes["op"].to_numpy(), NONE)[write]
        return ops

    def begun_ns(self, change: Longs) -> Longs:
        """When each change can have begun at the earliest; NONE where nobody knows."""
        write = np.append(self.begun_by, NONE)[change]
        begun: Longs = np.append(self.writes["invoke_ns"].to_numpy(), NONE)[write]
        return begun

    @cached_property
    def known_ns(self) -> Longs:
        """Per change: when it, or a later one of its entity, was acknowledged; NEVER if none."""
        times = self.writes["complete_ns"].set(~self.writes["ok"], NEVER).to_numpy()
        acked = np.append(times, NEVER)[self.written_by]
        frame = pl.DataFrame({"entity": self.entity, "acked": acked})
        return frame.select(pl.col("acked").cum_min(reverse=True).over("entity"))[
            "acked"
        ].to_numpy()

    def newer_known_ns(self, entity: Longs, change: Longs) -> Longs:
        """When a newer row than that of `change` was acknowledged; NONE stands for no row yet."""
        first = np.where(self.last[entity] == NONE, LAST, self.first[entity])
        newer = np.where(change == NONE, first, np.append(self.following, LAST)[change])
        known: Longs = np.append(self.known_ns, NEVER)[np.where(newer == LAST, NONE, newer)]
        return known

    def processes_named(self, name: str) -> list[int]:
        """The numbers of the processes of that name, in order."""
        found = self._history.processes.filter(pl.col("name") == name)["process"]
        return found.sort().to_list()

    def place(self, name: str) -> int:
        """The number of the place `name`; NONE when the flow does not know it."""
        found = self.flow.places.filter(pl.col("name") == name)["place"]
        return int(found[0]) if len(found) else NONE

    @cached_property
    def _steps(self) -> pl.DataFrame:
        frame = pl.DataFrame(
            {"entity": self.entity, "version": self.version, "before": self.before}
        )
        return _first_of_each(frame)

    @cached_property
    def _versions(self) -> pl.DataFrame:
        frame = pl.DataFrame({"entity": self.entity, "version": self.version})
        return _first_of_each(frame, pl.col("version") != NOTHING)

    def _per_entity(self, changes: Rows) -> Longs:
        found = np.full(len(self.entities), NONE, dtype=np.int64)
        found[self.entity[changes]] = changes
        return found

    @cached_property
    def _makers(self) -> pl.DataFrame:
        """Which row of `writes` made each version of an entity."""
        rows = self.writes.with_row_index("found").cast({"found": pl.Int64})
        made = rows.filter(~pl.col("is_delete")).select("entity", "version", "found")
        return made.unique(["entity", "version"], keep="first", maintain_order=True)

    def _with_deletes(self, found: Longs, fits: pl.Expr) -> Longs:
        """`found` with, for each delete, the first that fits after what it removed was written."""
        removed = np.flatnonzero(self.deletes)
        if not len(removed):
            return found
        entity, before = self.entity[removed], self.before[removed]
        maker = _matched(pl.DataFrame({"entity": entity, "version": before}), self._makers)
        since = np.append(self.writes["op"].to_numpy(), NONE)[maker]
        wanted = pl.DataFrame({"entity": entity, "op": since + 1, "at": np.arange(len(removed))})
        done = self.writes.with_columns(write=pl.int_range(pl.len())).filter("is_delete", fits)
        matched = wanted.sort("op").join_asof(
            done.select("entity", "op", "write"),
            on="op",
            by="entity",
            strategy="forward",
            check_sortedness=False,
        )
        found[removed] = matched.sort("at")["write"].fill_null(NONE).to_numpy()
        return found


def _first_of_each(frame: pl.DataFrame, *wanted: pl.Expr) -> pl.DataFrame:
    numbered = frame.with_row_index("found").cast({"found": pl.Int64}).filter(*wanted)
    return numbered.unique(frame.columns, keep="first", maintain_order=True)


def _matched(wanted: pl.DataFrame, known: pl.DataFrame) -> Longs:
    """Per row of `wanted`: the column `found` of the row of `known` equal to it, or NONE."""
    found = wanted.join(known, on=wanted.columns, how="left", maintain_order="left")
    return found["found"].fill_null(NONE).to_numpy(writable=True)
