"""What operations of a pipeline did, in words: rows written, seen and found in the final read."""

from collections.abc import Iterator

import polars as pl

from harness.history.history import NOTHING, History
from harness.kit.counts import counted


def flow_parts(history: History, wanted: pl.Series) -> Iterator[tuple[int, str, str]]:
    """Of each wanted operation, piece by piece: its index, what it did, and where."""
    flow = history.flow
    tables = dict(flow.tables.select("table", "name").iter_rows())
    places = dict(flow.places.select("place", "name").iter_rows())

    def of(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("op").is_in(wanted.implode()))

    for op, table, key, version, kind in of(flow.writes).iter_rows():
        row = f"row {key} of {tables.get(table, '?')}"
        yield op, f"removal of {row}" if kind == "delete" else f"{row}, version {version}", ""
    for op, place, table, key, version in of(flow.sightings).iter_rows():
        seen = "nothing" if version == NOTHING else f"version {version}"
        row = f"row {key} of {tables.get(table, '?')}"
        yield op, f"{row}: {seen}", places.get(place, "?")
    for frame, noun in ((flow.rows, "row"), (flow.events, "event")):
        for op, place, number in (
            of(frame).group_by("op", "place", maintain_order=True).len().iter_rows()
        ):
            yield op, counted(number, noun), places.get(place, "?")
