"""Where a group went along a log: from one place, record by record, until somebody reset it.

A reset moves a group, which has no members then, from wherever it stands to a place that is known.
So its way is a row of stretches, and what a stretch must bring is what lies between its beginning
and the furthest record of it. What lies between the end of one and the beginning of the next is
nobody's, unless a later stretch comes by.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import Flags, Longs, Rows
from harness.checkers.evidence.columns import NEVER
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import Group

START_NS = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The way of a group along one log between two resets."""

    behind: int
    """It begins behind this offset."""
    rows: Rows
    """What members were handed, as rows of reads in order of their polls."""
    reached: int
    """The highest offset among these."""

    def passes(self, offset: Longs) -> Flags:
        """Whether the group went past each of these offsets."""
        passed: Flags = (offset > self.behind) & (offset < self.reached)
        return passed


def stretches(evidence: Evidence, group: Group, log: int) -> Iterator[Stretch]:
    """Every stretch of `log` on which a member was handed anything, in order of time.

    The first begins with the first record that was handed out, wherever that is. A reset with an
    answer is the beginning of the next, from its target on; one without an answer may have failed,
    so that what lies before its target, or before all that was handed out since, tells nothing.
    """
    reads, operations = evidence.reads, evidence.operations
    members = group.processes["process"].to_numpy()
    rows = np.flatnonzero((reads.log == log) & np.isin(operations.process[reads.op], members))
    began_ns = operations.invoke_ns[reads.op[rows]]
    resets = group.commits.filter("resets", pl.col("log") == log, pl.col("outcome") != "fail")
    beginnings = [(START_NS, 0, False), *map(_beginning, resets.iter_rows(named=True))]
    ends_ns = [*resets["invoke_ns"].to_list(), NEVER]
    for (since_ns, target, is_known), end_ns in zip(beginnings, ends_ns, strict=True):
        # A poll that began before the reset brought what came before it.
        mine = rows[(began_ns >= since_ns) & (began_ns < end_ns)]
        if not len(mine):
            continue
        offset = reads.offset[mine]
        behind = target - 1 if is_known else max(target - 1, int(offset.min()))
        yield Stretch(behind=behind, rows=mine, reached=int(offset.max()))


def _beginning(reset: dict[str, int | str]) -> tuple[int, int, bool]:
    """From when on, from which offset on, and whether that is known."""
    answered = reset["outcome"] == "ok"
    since_ns = reset["complete_ns"] if answered else reset["invoke_ns"]
    return int(since_ns), int(reset["offset"]), answered
