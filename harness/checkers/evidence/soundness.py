"""Whether a history can be judged: rows that contradict its format are set aside and counted.

A history with such rows proves nothing good (its verdict is UNKNOWN at best), but what the sound
rows show still stands.
"""

import dataclasses
from collections.abc import Mapping

import polars as pl

from harness.history.flow import Flow
from harness.history.history import History
from harness.history.tables import FLOW, HISTORY, Column

BY_OPERATION = ("sends", "reads", "assignments", "commits", "generations", "offsets", "aspects")


def sound(history: History) -> tuple[History, tuple[str, ...]]:
    """The history without its malformed rows, and a sentence on each thing that was wrong."""
    problems: list[str] = []
    operations = _operations(history.operations, problems)
    logs = _numbered(history.logs, "log", problems)
    there = {"operation": len(operations), "log": len(logs)}
    rows = {}
    for name in BY_OPERATION:
        kept = _kept(getattr(history, name), name, there, (f"{name}: ", ""), problems)
        rows[name] = _sorted(kept, name, problems)
        if name == "sends" and (again := len(kept) - kept["value"].n_unique()):
            problems.append(
                f"sends: {again} values were sent before, so that they cannot be distinguished"
            )
    flow = {
        name: _kept(getattr(history.flow, name), name, there, ("flow: ", f" of {name}"), problems)
        for name in ("tables", "places", *FLOW)
    }
    sane = dataclasses.replace(
        history,
        operations=operations,
        logs=logs,
        flow=Flow(**flow),
        **rows,  # type: ignore[arg-type]
    )
    return sane, tuple(problems)


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


def _kept(
    frame: pl.DataFrame,
    table: str,
    there: Mapping[str, int],
    called: tuple[str, str],
    problems: list[str],
) -> pl.DataFrame:
    """The rows that are as their table is declared."""
    fits = pl.all_horizontal(_fits(column, there) for column in HISTORY[table].columns)
    wrong = frame.select((~fits).sum()).item()
    if not wrong:
        return frame
    before, after = called
    problems.append(
        f"{before}{wrong} of {len(frame)} rows{after} are malformed (a field is empty or negative, "
        "or refers to an unknown operation or partition)"
    )
    return frame.filter(fits)


def _fits(column: Column, there: Mapping[str, int]) -> pl.Expr:
    value = pl.col(column.known_as)
    fits = value.is_not_null()
    if column.to and column.to in there:
        fits &= (value >= 0) & (value < there[column.to])
    if column.least is not None:
        fits &= value >= column.least
    return fits | value.is_null() if column.optional else fits


def _sorted(frame: pl.DataFrame, name: str, problems: list[str]) -> pl.DataFrame:
    if frame["op"].is_sorted():
        return frame
    problems.append(f"{name}: rows are not in order of their operations")
    return frame.sort("op", maintain_order=True)
