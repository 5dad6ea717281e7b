"""From a journal on disk to a history in memory."""

from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl
import pyarrow as pa

from harness.history import flow
from harness.history import history as tables
from harness.history.flow import Flow
from harness.history.history import History
from harness.history.journal import (
    EVENT_KINDS,
    FUNCTIONS,
    OUTCOMES,
    SEQUENCE_BITS,
    TABLES,
    AnyName,
    ErrorName,
    LogName,
    Origin,
    PlaceName,
    ProcessName,
    SubjectName,
    TableName,
    schema_of,
)
from harness.kit.errors import RunFolderError
from harness.model.administration import ASPECTS

N = TypeVar("N", bound=AnyName)


def load(folder: Path) -> History:
    """The history whose journal is in `folder`, also when its writer was killed.

    Operations that never completed are `info`. A torn last batch is left out: the journal promises
    what was flushed, no more.

    Raises:
        RunFolderError: there is no journal, or its names cannot be read.
    """
    names = _names(folder)
    origin_ns = _origin(names, folder)
    raw = {table: _read(folder / f"{table}.arrows", table) for table in TABLES}
    operations = _operations(raw, origin_ns)
    index = operations.select("id", "op")
    return History(
        flow=_flow(raw, index, names),
        operations=operations.drop("id").cast(dict(tables.OPERATIONS)),  # type: ignore[arg-type]
        sends=_sends(raw, index),
        reads=_by_operation(raw["reads"], index, tables.READS),
        assignments=_by_operation(raw["assignments"], index, tables.ASSIGNMENTS),
        commits=_by_operation(raw["commits"], index, tables.COMMITS),
        origins=raw["origins"].cast(dict(tables.ORIGINS)),  # type: ignore[arg-type]
        generations=_by_operation(raw["generations"], index, tables.GENERATIONS),
        offsets=_by_operation(raw["offsets"], index, tables.OFFSETS),
        aspects=_aspects(raw["aspects"], index),
        subjects=_frame(_only(names, SubjectName), tables.SUBJECTS),
        tombstones=raw["tombstones"].cast(dict(tables.TOMBSTONES)),  # type: ignore[arg-type]
        processes=_frame(_only(names, ProcessName), tables.PROCESSES),
        logs=_frame(_only(names, LogName), tables.LOGS),
        errors=("", *(name.name for name in _only(names, ErrorName))),
    )


def _operations(raw: dict[str, pl.DataFrame], origin_ns: int) -> pl.DataFrame:
    """Ids, indices and all columns of operations, in order of invocation."""
    send = FUNCTIONS.index("send")
    alone = raw["sends"].filter(pl.col("value") == pl.col("operation"))
    invoked = pl.concat(
        [
            raw["operations"],
            alone.select(id="value", f=pl.lit(send, pl.Int64), time_ns="time_ns"),
        ]
    )
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


def _flow(raw: dict[str, pl.DataFrame], index: pl.DataFrame, names: list[AnyName]) -> Flow:
    """What became of row changes; empty tables for a run without a pipeline."""

    def rows(table: str, schema: pl.Schema) -> pl.DataFrame:
        frame = raw[table]
        if "kind" in frame.columns:
            frame = frame.with_columns(_word("kind", EVENT_KINDS))
        if "operation" not in frame.columns:
            return frame.select(schema.names()).cast(dict(schema))  # type: ignore[arg-type]
        return _by_operation(frame, index, schema)

    return Flow(
        tables=_frame(_only(names, TableName), flow.TABLES),
        places=_frame(_only(names, PlaceName), flow.PLACES),
        changes=rows("changes", flow.CHANGES),
        events=rows("events", flow.EVENTS),
        rows=rows("rows", flow.ROWS),
        cells=rows("cells", flow.CELLS),
        writes=rows("writes", flow.WRITES),
        sightings=rows("sightings", flow.SIGHTINGS),
    )


def _word(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).replace_strict(
        list(range(len(words))), list(words), default=None, return_dtype=pl.Utf8
    )


def _read(path: Path, table: str) -> pl.DataFrame:
    batches: list[pa.RecordBatch] = []
    if path.exists():
        with pa.OSFile(str(path), "rb") as file:
            try:
                for batch in pa.ipc.open_stream(file):
                    batches.append(batch)  # noqa: PERF402 - keep what was read when a batch is torn
            except (pa.ArrowInvalid, OSError):
                pass  # The writer was killed inside this batch: what came before it is whole.
    frame = pl.from_arrow(pa.Table.from_batches(batches, schema=schema_of(table)))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table of several columns is a frame
    return frame


def _names(folder: Path) -> list[AnyName]:
    path = folder / "names.jsonl"
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RunFolderError(f"cannot read the journal {path}: {error.strerror}") from error
    try:
        # The last line is empty, or torn by a kill.
        return [msgspec.json.decode(line, type=AnyName) for line in lines[:-1]]
    except msgspec.DecodeError as error:
        raise RunFolderError(f"{path} does not fit its format: {error}") from error


def _origin(names: list[AnyName], folder: Path) -> int:
    origins = _only(names, Origin)
    if not origins:
        raise RunFolderError(f"the journal in {folder} is empty: its run recorded nothing")
    return origins[0].origin_ns


def _only(names: list[AnyName], kind: type[N]) -> list[N]:
    return [name for name in names if isinstance(name, kind)]


def _frame(names: list[N], schema: pl.Schema) -> pl.DataFrame:
    rows = [msgspec.to_builtins(name) for name in names]
    return pl.DataFrame(
        {column: [row[column] for row in rows] for column in schema.names()}, schema=schema
    )
