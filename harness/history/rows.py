"""Rows of the tables of a history, collected one at a time."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from harness.history.tables import SCHEMAS


class Rows:
    """Rows of any tables of a history while they are collected."""

    def __init__(self) -> None:
        self._columns: dict[str, dict[str, list[Any]]] = {
            name: {column: [] for column in schema} for name, schema in SCHEMAS.items()
        }

    def add(self, table: str, /, **values: Any) -> None:  # noqa: ANN401 - whatever its columns hold
        """Add a row; columns that are not named are absent in it."""
        columns = self._columns[table]
        for name, value in {**dict.fromkeys(columns), **values}.items():
            columns[name].append(value)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return len(next(iter(self._columns[table].values())))

    def frames(self, tables: Iterable[str]) -> dict[str, pl.DataFrame]:
        """Tables of these names."""
        return {name: pl.DataFrame(self._columns[name], schema=SCHEMAS[name]) for name in tables}


def frame_of(table: str, rows: list[Any]) -> pl.DataFrame:
    """A table of a history of these rows."""
    return pl.DataFrame(rows, schema=SCHEMAS[table], orient="row")


def fitted(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The table of a history that `frame` holds the columns of; those that it lacks are absent."""
    schema = SCHEMAS[table]
    absent = [pl.lit(None).alias(name) for name in schema if name not in frame.columns]
    return frame.with_columns(absent).select(schema.names()).cast(dict(schema))  # type: ignore[arg-type]
