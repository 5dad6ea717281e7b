"""Whether a flow can be judged: rows that contradict its format are set aside and counted."""

import polars as pl

from harness.history.flow import Flow

MAY_BE_ABSENT = ("schema", "text")


def sound_flow(flow: Flow, operations: int, logs: int, problems: list[str]) -> Flow:
    """The flow without its malformed rows; `problems` gets a sentence on each kind of them."""

    def rows(name: str) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(flow, name)
        required = [column for column in frame.columns if column not in MAY_BE_ABSENT]
        fits = pl.all_horizontal(pl.col(required).is_not_null())
        if "op" in required:
            fits &= pl.col("op") < operations
        if "log" in required:
            fits &= pl.col("log").is_between(0, logs - 1) & (pl.col("offset") >= 0)
        if "table" in required:
            fits &= pl.col("table") >= -1
        kept = frame.filter(fits)
        if len(kept) < len(frame):
            problems.append(
                f"flow: {len(frame) - len(kept)} of {len(frame)} rows of {name} are malformed (a "
                "field is empty or negative, or names an operation or a log that is not there)"
            )
        return kept

    return Flow(
        tables=rows("tables"),
        places=rows("places"),
        changes=rows("changes"),
        events=rows("events"),
        rows=rows("rows"),
        cells=rows("cells"),
        writes=rows("writes"),
        sightings=rows("sightings"),
    )
