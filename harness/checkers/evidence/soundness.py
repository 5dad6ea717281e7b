"""Whether a history can be judged: rows that contradict its format are set aside and counted.

A history with such rows proves nothing good (its verdict is UNKNOWN at best), but what the sound
rows show still stands.
"""

import dataclasses

import polars as pl

from harness.checkers.evidence.pipeline.soundness import sound_flow
from harness.history.history import NOTHING, History


def sound(history: History) -> tuple[History, tuple[str, ...]]:
    """The history without its malformed rows, and a sentence on each thing that was wrong."""
    problems: list[str] = []
    operations = _operations(history.operations, problems)
    logs = _numbered(history.logs, "log", problems)
    is_log = pl.col("log").is_between(0, len(logs) - 1)

    def rows(name: str, *, optional: tuple[str, ...] = (), lowest_offset: int = 0) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(history, name)
        required = [column for column in frame.columns if column not in optional]
        fits = pl.all_horizontal(pl.col(required).is_not_null()) & (pl.col("op") < len(operations))
        if "log" in frame.columns:
            fits &= is_log | pl.col("log").is_null() if "log" in optional else is_log
        if "offset" in required:
            fits &= pl.col("offset") >= lowest_offset
        return _sorted(_kept(frame, fits, name, problems), name, problems)

    sends = rows("sends", optional=("log", "offset"))
    if again := len(sends) - sends["value"].n_unique():
        problems.append(
            f"sends: {again} values were sent before, so that nobody can tell which is which"
        )
    return (
        dataclasses.replace(
            history,
            operations=operations,
            logs=logs,
            sends=sends,
            reads=rows("reads"),
            assignments=rows("assignments"),
            commits=rows("commits"),
            generations=rows("generations"),
            offsets=rows("offsets", lowest_offset=NOTHING),
            aspects=rows("aspects"),
            flow=sound_flow(history.flow, len(operations), len(logs), problems),
        ),
        tuple(problems),
    )


def _operations(frame: pl.DataFrame, problems: list[str]) -> pl.DataFrame:
    frame = _numbered(frame, "op", problems)
    holes = sum(frame.drop("complete_ns").null_count().row(0))
    if holes:
        problems.append(f"operations: {holes} fields that every operation has are empty")
        frame = frame.with_columns(
            pl.col("process").fill_null(-1),
            pl.col("f").fill_null("commit"),
            pl.col("invoke_ns").fill_null(0),
            pl.col("outcome").fill_null("info"),
            pl.col("error").fill_null(0),
        )
    backwards = frame.select((pl.col("complete_ns") < pl.col("invoke_ns")).sum()).item()
    if backwards:
        problems.append(f"operations: {backwards} complete before they are invoked")
    if not frame["invoke_ns"].is_sorted():
        problems.append("operations: they are not in order of invocation")
    return frame


def _numbered(frame: pl.DataFrame, column: str, problems: list[str]) -> pl.DataFrame:
    """The frame with `column` as its row number, which it should be anyway."""
    number = pl.int_range(len(frame), eager=True).cast(frame.schema[column])
    if frame[column].ne_missing(number).any():
        problems.append(f"column {column} does not number the rows of its table")
        return frame.with_columns(number.alias(column))
    return frame


def _kept(frame: pl.DataFrame, fits: pl.Expr, name: str, problems: list[str]) -> pl.DataFrame:
    wrong = frame.select((~fits).sum()).item()
    if not wrong:
        return frame
    problems.append(
        f"{name}: {wrong} of {len(frame)} rows are malformed (a field is empty or negative, or "
        "names an operation or a log that is not there)"
    )
    return frame.filter(fits)


def _sorted(frame: pl.DataFrame, name: str, problems: list[str]) -> pl.DataFrame:
    if frame["op"].is_sorted():
        return frame
    problems.append(f"{name}: rows are not in order of their operations")
    return frame.sort("op", maintain_order=True)
