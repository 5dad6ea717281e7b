"""From a journal on disk to a history in memory."""

import dataclasses
from pathlib import Path

import msgspec
import polars as pl

from harness.history.bounds import check_bounds
from harness.history.flow import Flow
from harness.history.history import History
from harness.history.journal_notes import ErrorName
from harness.history.recording import NEVER_CLOSED, Recording, read_recording
from harness.history.tables import (
    FLOW,
    FUNCTIONS,
    HISTORY,
    NAMES,
    OPERATIONS,
    OUTCOMES,
    SCHEMAS,
    SENDS,
    SEQUENCE_BITS,
    Column,
    Table,
)
from harness.kit.errors import DamagedError


def load(folder: Path) -> History:
    """The history whose journal is in `folder`, also when its writer was killed.

    Operations that never completed are `info`. What came after the last whole batch of a journal
    that was never closed is left out, and the history says that it is incomplete.

    Raises:
        DamagedError: the journal is not what was written, or holds what no journal can.
        RunFolderError: there is no journal, or nothing was written to it.
    """
    return history_of(read_recording(folder))


def history_of(recording: Recording) -> History:
    """The history of a recording; errors as in `load`."""
    try:
        return _history(recording)
    except (pl.exceptions.PolarsError, OverflowError) as error:
        said = str(error).partition("\n")[0]
        raise DamagedError(recording.path, f"it holds what no journal can: {said}") from error


def _history(recording: Recording) -> History:
    raw = recording.tables
    check_bounds(recording)
    operations = _operations(recording)
    index = operations.select("id", "op")
    read = {
        name: _known(raw[name], index, table)
        for name, table in HISTORY.items()
        if name not in {"operations", "sends", *NAMES}
    }
    read |= {name: _named(recording, name) for name in NAMES}
    history = History(
        flow=Flow(**{name: read.pop(name) for name in ("tables", "places", *FLOW)}),
        operations=operations.select(OPERATIONS.schema.names()),
        sends=_sends(raw, index),
        errors=("", *(name.name for name in recording.only(ErrorName))),
        **read,  # type: ignore[arg-type]
    )
    incomplete = _strays(raw, history) if recording.closed else NEVER_CLOSED
    return dataclasses.replace(history, incomplete=incomplete)


def _strays(raw: dict[str, pl.DataFrame], history: History) -> str | None:
    """What names an operation that the journal does not hold, and so was left out of `history`.

    Ids of operations differ, so a table has lost a row for each that names none of them.
    """
    for table, frame in raw.items():
        if "operation" not in frame.columns:
            continue
        kept = getattr(history.flow if hasattr(history.flow, table) else history, table)
        if alone := len(frame) - len(kept):
            return (
                f"{alone:,} of {len(frame):,} rows of {table} name operations that the "
                "journal does not hold"
            )
    return None


def _operations(recording: Recording) -> pl.DataFrame:
    """Ids, indices and all columns of operations, in order of invocation."""
    raw, origin_ns = recording.tables, recording.origin_ns
    alone = raw["sends"].filter(pl.col("value") == pl.col("operation"))
    invoked = pl.concat(
        [
            raw["operations"],
            alone.select(
                id="value", f=pl.lit(FUNCTIONS.index("send"), pl.Int64), time_ns="time_ns"
            ),
        ]
    )
    if again := len(invoked) - invoked["id"].n_unique():
        raise DamagedError(recording.path, f"{again:,} operations have the id of another one")
    completed = pl.concat(
        [
            raw["completions"],
            raw["deliveries"]
            .select("outcome", "error", "time_ns", id="value")
            .select(raw["completions"].columns),
        ]
    )
    # Of two completions the first counts: a client cannot take back what it has told.
    completed = completed.unique("id", keep="first").rename({"time_ns": "complete_ns"})
    return (
        invoked.sort("time_ns", "id")
        .with_row_index("op")
        .join(completed, on="id", how="left", maintain_order="left")
        .with_columns(
            process=pl.col("id") // (1 << SEQUENCE_BITS),
            invoke_ns=pl.col("time_ns") - origin_ns,
            complete_ns=pl.col("complete_ns") - origin_ns,
            outcome=pl.col("outcome").fill_null(OUTCOMES.index("info")),
            error=pl.col("error").fill_null(0),
        )
        .select("id", *map(_worded, OPERATIONS.columns))
    )


def _sends(raw: dict[str, pl.DataFrame], index: pl.DataFrame) -> pl.DataFrame:
    told = raw["deliveries"].unique("value", keep="first").drop("outcome", "error", "time_ns")
    sends = raw["sends"].join(told, on="value", how="left", maintain_order="left")
    return _known(sends, index, SENDS)


def _known(raw: pl.DataFrame, index: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rows of `raw` as a history has them, in order of their operations, then as written.

    A row whose operation was not flushed is left out: it was torn from its operation by a kill.
    """
    if "operation" in raw.columns:
        raw = raw.join(
            index, left_on="operation", right_on="id", how="inner", maintain_order="left"
        ).sort("op", maintain_order=True)
    absent = [column.name for column in table.columns if column.optional and not column.is_text]
    return raw.with_columns(pl.when(pl.col(name) >= 0).then(name) for name in absent).select(
        map(_worded, table.columns)
    )


def _worded(column: Column) -> pl.Expr:
    """A column of numbers as a history has it."""
    numbers = pl.col(column.known_as)
    if column.words:
        places = list(range(len(column.words)))
        return numbers.replace_strict(places, list(column.words), return_dtype=column.dtype)
    return numbers.cast(column.dtype)


def _named(recording: Recording, table: str) -> pl.DataFrame:
    rows = [msgspec.to_builtins(name) for name in recording.only(NAMES[table])]
    schema = SCHEMAS[table]
    return pl.DataFrame({name: [row[name] for row in rows] for name in schema}, schema=schema)
