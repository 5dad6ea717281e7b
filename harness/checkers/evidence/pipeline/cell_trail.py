"""What further columns of rows hold: in a copy, in the source, and in the topics between them.

Only the contents of one version are compared, that which a row of the source has in the end; what
else is wrong with a row is the version's matter, see `copy_trail`. A column counts where the source
and the copy both have a text of it. The topics have none where they were not read that far, or
where nobody here knows how a type of theirs stands for one of the source's.
"""

from functools import cached_property

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import Rows
from harness.checkers.evidence.pipeline.source import Source

CELL = ("table", "key", "version", "column")


class CellTrail:
    """The cells of a copy that are not the source's.

    Args:
        source: of the pipeline.
        place: of the copy.
        topics: the place that the copy is fed by; NONE for a cache of the application.
    """

    def __init__(self, source: Source, place: int, topics: int) -> None:
        self._source = source
        self._place = place
        self._topics = topics

    @cached_property
    def altered(self) -> pl.DataFrame:
        """One row for each cell that differs, in order of entity and column.

        entity · column · op and text for the place itself, `_true` for the source, `_told` for the
        topics (op_told is null where they tell nothing)
        """
        true, told = self._cells(self._source.place(self._source.name)), self._cells(self._topics)
        held = self._cells(self._place)
        altered = (
            held.join(true, on=CELL, suffix="_true", maintain_order="left_right")
            .filter(pl.col("text").ne_missing(pl.col("text_true")))
            .join(told, on=CELL, how="left", suffix="_told", maintain_order="left_right")
        )
        return (
            altered.with_columns(entity=self._source.entities_of(altered))
            .unique(["entity", "column"], keep="first", maintain_order=True)
            .sort("entity", "column")
        )

    @cached_property
    def entities(self) -> Rows:
        """Entities with such cells, in order."""
        return np.unique(self.altered["entity"].to_numpy())

    @cached_property
    def by_topics(self) -> Rows:
        """Those of which the topics tell otherwise than the source, in some such cell."""
        return self._where(pl.col("text_told").ne_missing(pl.col("text_true")))

    @cached_property
    def behind_topics(self) -> Rows:
        """Those of which the topics tell as the source does, in some such cell."""
        return self._where(pl.col("text_told").eq_missing(pl.col("text_true")))

    def _where(self, told: pl.Expr) -> Rows:
        known = self.altered.filter(pl.col("op_told").is_not_null() & told)
        return np.unique(known["entity"].to_numpy())

    def _cells(self, place: int) -> pl.DataFrame:
        cells = self._source.flow.cells.filter(pl.col("place") == place)
        return cells.select(*CELL, "op", "text")
