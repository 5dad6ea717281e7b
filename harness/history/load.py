"""From a journal on disk to a history in memory."""

import dataclasses
from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl

from harness.history import flow
from harness.history import history as tables
from harness.history.bounds import check_bounds
from harness.history.flow import Flow
from harness.history.history import History
from harness.history.journal import EVENT_KINDS, FUNCTIONS, OUTCOMES, SEQUENCE_BITS
from harness.history.journal_notes import (
    AnyName,
    ErrorName,
    LogName,
    PlaceName,
    ProcessName,
    SubjectName,
    TableName,
)
from harness.history.recording import NEVER_CLOSED, Recording, read_recording
from harness.kit.errors import DamagedError
from harness.model.administration import ASPECTS

N = TypeVar("N", bound=AnyName)


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
    only = recording.only
    history = History(
        flow=_flow(recording, index),
        operations=operations.drop("id").cast(dict(tables.OPERATIONS)),  # type: ignore[arg-type]
        sends=_sends(raw, index),
        reads=_by_operation(raw["reads"], index, tables.READS),
        assignments=_by_operation(raw["assignments"], index, tables.ASSIGNMENTS),
        commits=_by_operation(raw["commits"], index, tables.COMMITS),
        origins=raw["origins"].cast(dict(tables.ORIGINS)),  # type: ignore[arg-type]
        generations=_by_operation(raw["generations"], index, tables.GENERATIONS),
        offsets=_by_operation(raw["offsets"], index, tables.OFFSETS),
        aspects=_aspects(raw["aspects"], index),
        subjects=_frame(only(SubjectName), tables.SUBJECTS),
        tombstones=raw["tombstones"].cast(dict(tables.TOMBSTONES)),  # type: ignore[arg-type]
        processes=_frame(only(ProcessName), tables.PROCESSES),
        logs=_frame(only(LogName), tables.LOGS),
        errors=("", *(name.name for name in only(ErrorName))),
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
    send = FUNCTIONS.index("send")
    alone = raw["sends"].filter(pl.col("value") == pl.col("operation"))
    invoked = pl.concat(
        [
            raw["operations"],
            alone.select(id="value", f=pl.lit(send, pl.Int64), time_ns="time_ns"),
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
        .select(
            "id",
            "op",
            process=pl.col("id") // (1 << SEQUENCE_BITS),
            f=_word("f", FUNCTIONS).cast(tables.Function),
            invoke_ns=pl.col("time_ns") - origin_ns,
            complete_ns=pl.col("complete_ns") - origin_ns,
            outcome=_word("outcome", OUTCOMES).fill_null("info").cast(tables.Outcome),
            error=pl.col("error").fill_null(0),
        )
    )


def _sends(raw: dict[str, pl.DataFrame], index: pl.DataFrame) -> pl.DataFrame:
    told = raw["deliveries"].select(
        "value",
        log=pl.when(pl.col("log") >= 0).then("log"),
        offset=pl.when(pl.col("offset") >= 0).then("offset"),
    )
    sends = raw["sends"].join(
        told.unique("value", keep="first"), on="value", how="left", maintain_order="left"
    )
    return _by_operation(sends, index, tables.SENDS)


def _by_operation(raw: pl.DataFrame, index: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Rows of `raw` under the indices of their operations, in order of those, then as written.

    A row whose operation was not flushed is left out: it was torn from its operation by a kill.
    """
    return (
        raw.join(index, left_on="operation", right_on="id", how="inner", maintain_order="left")
        .sort("op", maintain_order=True)
        .select(schema.names())
        .cast(dict(schema))  # type: ignore[arg-type]
    )


def _aspects(raw: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    worded = raw.with_columns(_word("aspect", ASPECTS))
    return _by_operation(worded, index, tables.TOPIC_ASPECTS)


def _flow(recording: Recording, index: pl.DataFrame) -> Flow:
    """What became of row changes; empty tables for a run without a pipeline."""

    def rows(table: str, schema: pl.Schema) -> pl.DataFrame:
        frame = recording.tables[table]
        if "kind" in frame.columns:
            frame = frame.with_columns(_word("kind", EVENT_KINDS))
        if "operation" not in frame.columns:
            return frame.select(schema.names()).cast(dict(schema))  # type: ignore[arg-type]
        return _by_operation(frame, index, schema)

    return Flow(
        tables=_frame(recording.only(TableName), flow.TABLES),
        places=_frame(recording.only(PlaceName), flow.PLACES),
        changes=rows("changes", flow.CHANGES),
        events=rows("events", flow.EVENTS),
        rows=rows("rows", flow.ROWS),
        cells=rows("cells", flow.CELLS),
        writes=rows("writes", flow.WRITES),
        sightings=rows("sightings", flow.SIGHTINGS),
    )


def _word(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).replace_strict(list(range(len(words))), list(words), return_dtype=pl.Utf8)


def _frame(names: list[N], schema: pl.Schema) -> pl.DataFrame:
    rows = [msgspec.to_builtins(name) for name in names]
    return pl.DataFrame(
        {column: [row[column] for row in rows] for column in schema.names()}, schema=schema
    )
