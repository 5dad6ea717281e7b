"""A history made by a builder, written through the journal as workers would have written it."""

from pathlib import Path

import polars as pl

from harness.history.history import NOTHING, History
from harness.history.journal import Journal
from harness.history.tables import EVENT_KINDS, FUNCTIONS, OUTCOMES, SEQUENCE_BITS, TABLES
from harness.model.administration import ASPECTS

FIRST = 1 << 30
"""Sequence numbers from here on, so that no id is a value that some test chose."""


def write(history: History, folder: Path, run: str) -> None:
    """Write all of `history` to a new journal in `folder`, and close it."""
    journal = Journal(folder, origin_ns=0, run=run)
    _name(history, journal)
    index = history.operations.select(
        "op",
        operation=pl.col("process").cast(pl.Int64) * (1 << SEQUENCE_BITS) + FIRST + pl.col("op"),
    )
    done = history.operations.with_columns(
        id=index["operation"],
        f=_number("f", FUNCTIONS),
        outcome=_number("outcome", OUTCOMES),
        time_ns="invoke_ns",
    )
    _append(journal, "operations", done)
    ended = done.filter(pl.col("complete_ns").is_not_null())
    _append(journal, "completions", ended.with_columns(time_ns="complete_ns"))
    for table in ("sends", "reads", "assignments", "commits", "generations", "offsets", "aspects"):
        frame: pl.DataFrame = getattr(history, table).join(index, on="op", maintain_order="left")
        if table == "sends":
            told = frame.with_columns(
                pl.col("log", "offset").fill_null(NOTHING), outcome=0, error=0, time_ns=0
            )
            _append(journal, "deliveries", told)
            frame = frame.with_columns(time_ns=0)
        if table == "aspects":
            frame = frame.with_columns(_number("aspect", ASPECTS))
        _append(journal, table, frame)
    _append(journal, "origins", history.origins)
    _append(journal, "tombstones", history.tombstones)
    for table in ("writes", "sightings", "rows", "cells", "changes", "events"):
        frame = getattr(history.flow, table)
        if "op" in frame.columns:
            frame = frame.join(index, on="op", maintain_order="left")
        if "kind" in frame.columns:
            frame = frame.with_columns(_number("kind", EVENT_KINDS))
        _append(journal, table, frame)
    assert journal.close()


def _name(history: History, journal: Journal) -> None:
    for row in history.processes.iter_rows(named=True):
        assert row["process"] == journal.process(
            row["name"], row["client"], row["kind"], row["group"]
        )
    for topic, logs in history.logs.group_by("name", maintain_order=True):
        name, _, partition = str(topic[0]).rpartition("-")
        journal.topic(name, int(partition) + 1)
        assert journal.log(name, int(partition)) == logs["log"][0]
    for error in history.errors[1:]:
        journal.error(error)
    for name in history.flow.tables["name"]:
        journal.table(name)
    for name in history.flow.places["name"]:
        journal.place(name)
    for name in history.subjects["name"]:
        journal.subject(name)


def _number(column: str, words: tuple[str, ...]) -> pl.Expr:
    numbers = list(range(len(words)))
    return pl.col(column).cast(pl.Utf8).replace_strict(list(words), numbers, return_dtype=pl.Int64)


def _append(journal: Journal, table: str, frame: pl.DataFrame) -> None:
    if len(frame):
        columns = frame.with_columns(pl.col(pl.Int32, pl.UInt32).cast(pl.Int64))
        if "schema" in TABLES[table].names:
            columns = columns.with_columns(pl.col("schema").fill_null(NOTHING))
        journal.append(table, {name: columns[name].to_list() for name in TABLES[table].names})
