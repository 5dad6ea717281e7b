"""Operations on the timeline: one by one when they are few, as densities when they are many."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import polars as pl

from harness.history.history import History
from harness.reporting.operations import OperationRow, describe
from harness.reporting.page.axis import Axis
from harness.reporting.page.numbering import NO_NUMBER, Pin

EACH_MAX = 5000
NAMED_MAX = 2000
PROCESSES_MAX = 24
_RANKS = {"producer": 0, "writer": 0, "consumer": 1, "reader": 1, "drain": 2}
_COARSE = 3
"""Density columns are this many buckets wide: a page shows no more than some 500 columns."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One operation; `end` is None when it never completed."""

    op: int
    lane: int
    start: float
    end: float | None
    outcome: str
    pin: str
    """Whether an anomaly that `counts` or one that is `allowed` names it; empty for neither."""
    anomaly: int
    """Number of that anomaly on the page; NO_NUMBER when the page does not show it."""
    text: str


class Density(msgspec.Struct, frozen=True, kw_only=True):
    """Operations of one lane invoked in each column of time, by outcome; empty columns left out."""

    lane: int
    column: tuple[int, ...]
    ok: tuple[int, ...]
    fail: tuple[int, ...]
    info: tuple[int, ...]


class OperationLanes(msgspec.Struct, frozen=True, kw_only=True):
    """One lane per name: a process that comes back goes on in its lane."""

    names: tuple[str, ...]
    left_out: int
    marks: tuple[Mark, ...]
    densities: tuple[Density, ...]
    column: float
    """Width of a density column in seconds."""


def operation_lanes(axis: Axis, history: History, pins: Mapping[int, Pin]) -> OperationLanes:
    """The lanes of every process, those that anomalies name first when there are too many."""
    known = (op for op in pins if op < history.operations.height)
    named_first = sorted(known, key=lambda op: (not pins[op].counts, op))[:NAMED_MAX]
    lanes = _lanes(history, named_first)
    few = history.operations.height <= EACH_MAX
    operations = range(history.operations.height) if few else named_first
    rows = describe(history, operations)
    by_name = {name: lane for lane, name in enumerate(lanes)}
    return OperationLanes(
        names=tuple(lanes),
        left_out=_busy(history)["name"].n_unique() - len(lanes),
        marks=tuple(_marks(axis, rows.values(), by_name, pins)),
        densities=() if few else tuple(_densities(axis, history, lanes)),
        column=axis.bucket_s * _COARSE,
    )


def _busy(history: History) -> pl.DataFrame:
    """The processes that did anything, and how much."""
    busy = history.operations.group_by("process").len()
    return history.processes.join(busy, on="process", how="inner")


def _lanes(history: History, named: Sequence[int]) -> dict[str, list[int]]:
    """Names that get a lane, and their processes; those by which data enters stand first."""
    naming = history.operations[list(named)]["process"].unique()
    rank = pl.col("client").replace_strict(_RANKS, default=len(_RANKS), return_dtype=pl.Int32)
    chosen = (
        _busy(history)
        .group_by("name")
        .agg(
            pl.col("len").sum(),
            pl.col("kind").first(),
            pl.col("process").sort(),
            named=pl.col("process").is_in(naming.implode()).any(),
            rank=rank.min(),
            first=pl.col("process").min(),
        )
        .sort("named", "len", "first", descending=[True, True, False])
        .head(PROCESSES_MAX)
        .sort("rank", "kind", "first")
    )
    return dict(chosen.select("name", "process").iter_rows())


def _marks(
    axis: Axis,
    rows: Iterable[OperationRow],
    lanes: dict[str, int],
    pins: Mapping[int, Pin],
) -> Iterable[Mark]:
    for row in rows:
        if row.process not in lanes:
            continue
        words = [f"{row.f} {row.what}".rstrip(), row.where, row.error]
        pin = pins.get(row.op)
        yield Mark(
            op=row.op,
            lane=lanes[row.process],
            start=axis.seconds(row.invoke_ns),
            end=None if row.complete_ns is None else axis.seconds(row.complete_ns),
            outcome=row.outcome,
            pin="" if pin is None else "counts" if pin.counts else "allowed",
            anomaly=NO_NUMBER if pin is None else pin.number,
            text=" \u00b7 ".join(word for word in words if word),
        )


def _densities(
    axis: Axis, history: History, lanes: Mapping[str, Sequence[int]]
) -> Iterable[Density]:
    places = [(each, lane) for lane, mine in enumerate(lanes.values()) for each in mine]
    lane_of = pl.LazyFrame(places, schema={"process": pl.Int32, "lane": pl.Int32}, orient="row")
    counted = (
        history.operations.lazy()
        .join(lane_of, on="process")
        .group_by("lane", (axis.bucket("invoke_ns") // _COARSE).alias("column"))
        .agg((pl.col("outcome") == word).sum().alias(word) for word in ("ok", "fail", "info"))
        .sort("lane", "column")
        .collect()
    )
    for lane in range(len(lanes)):
        mine = counted.filter(pl.col("lane") == lane)
        yield Density(
            lane=lane,
            column=tuple(mine["column"]),
            ok=tuple(mine["ok"]),
            fail=tuple(mine["fail"]),
            info=tuple(mine["info"]),
        )
