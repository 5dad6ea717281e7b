"""From what events of a Jepsen history said to the tables of ours."""

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from harness.history.history import NOTHING, History, Labels
from harness.history.jepsen_events import FAR, RECORDS
from harness.history.rows import fitted, frame_of
from harness.history.tables import SCHEMAS
from harness.kit.errors import UsageError

GROUP = "of all who subscribe"


@dataclass(slots=True)
class Operations:
    """Columns of operations, whose numbers are their places."""

    label: list[int] = field(default_factory=list)
    process: list[int] = field(default_factory=list)
    f: list[str] = field(default_factory=list)
    invoke_ns: list[int] = field(default_factory=list)
    complete_ns: list[int | None] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)
    error: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Records:
    """Columns of records, in the order in which events told of them."""

    op: list[int] = field(default_factory=list)
    sent: list[bool] = field(default_factory=list)
    """Whether it was sent, or else polled."""
    log: list[int] = field(default_factory=list)
    offset: list[int | None] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    """As it is in the file; from FAR on it is a place in `Columns.words`."""


@dataclass(slots=True)
class Columns:
    """All that events said."""

    operations: Operations = field(default_factory=Operations)
    records: Records = field(default_factory=Records)
    assignments: list[tuple[int, int]] = field(default_factory=list)
    logs: dict[int | str, int] = field(default_factory=dict)
    words: dict[str | None, int] = field(default_factory=dict)
    """Values that are no numbers."""
    errors: dict[str, int] = field(default_factory=lambda: {"": 0})

    def history(self, source: str, members: Collection[int], *, transactional: bool) -> History:
        """The tables; `members` are the processes that are in the group.

        Raises:
            UsageError: a record was polled at no offset, and nothing tells where it stands.
        """
        rows = self.operations
        number = {process: place for place, process in enumerate(sorted(set(rows.process)))}
        operations = pl.DataFrame(
            {
                "op": range(len(rows.f)),
                "process": [number[process] for process in rows.process],
                "f": ["txn" if transactional and f in RECORDS else f for f in rows.f],
                "invoke_ns": rows.invoke_ns,
                "complete_ns": rows.complete_ns,
                "outcome": rows.outcome,
                "error": rows.error,
            },
            schema=SCHEMAS["operations"],
        )
        consuming = operations.filter(
            pl.col("process").is_in([number[process] for process in members]),
            pl.col("f") == "txn",
            pl.col("outcome") == "ok",
        )
        records, values = self._records()
        reads = records.filter(~pl.col("sent"))
        commits = (
            reads.join(consuming, on="op", how="semi", maintain_order="left")
            .group_by("op", "log", maintain_order=True)
            .agg(offset=pl.col("offset").max().fill_null(0) + 1)
        )
        words = list(self.words)
        return History(
            operations=operations,
            sends=_ordered(records.filter("sent"), "sends"),
            reads=_ordered(_owned(self._placed(reads, records, source), values), "reads"),
            assignments=_ordered(frame_of("assignments", self.assignments), "assignments"),
            commits=_ordered(commits, "commits"),
            processes=frame_of(
                "processes",
                [
                    (place, f"process {name}", "both", "both", GROUP if name in members else None)
                    for name, place in number.items()
                ],
            ),
            logs=frame_of("logs", [(log, 0, f"key-{key}", log) for key, log in self.logs.items()]),
            errors=tuple(self.errors),
            labels=Labels(
                operations=rows.label,
                values=[each if each < FAR else words[each - FAR] for each in values["named"]],
                logs=list(self.logs),
            ),
        )

    def _records(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Records by the numbers of their values; values of each log, in order of number."""
        rows = self.records
        named = pl.DataFrame(
            {
                "op": pl.Series(rows.op, dtype=pl.UInt32),
                "sent": pl.Series(rows.sent, dtype=pl.Boolean),
                "log": pl.Series(rows.log, dtype=pl.Int32),
                "offset": pl.Series(rows.offset, dtype=pl.Int64),
                "named": pl.Series(rows.value, dtype=pl.Int64),
            }
        )
        values = (
            named.group_by("log", "named", maintain_order=True)
            .agg(pl.col("sent").any())
            .with_row_index("value")
        )
        records = named.join(
            values.drop("sent"), on=["log", "named"], how="left", maintain_order="left"
        )
        return records.with_columns(topic=0, key=NOTHING), values

    def _placed(self, reads: pl.DataFrame, records: pl.DataFrame, source: str) -> pl.DataFrame:
        """Reads, those at no offset at the one that others know."""
        if not reads["offset"].has_nulls():
            return reads
        known = (
            records.filter(pl.col("offset").is_not_null())
            .sort("sent", descending=True, maintain_order=True)
            .unique("value", keep="last")
        )
        placed = reads.join(
            known.select("value", known="offset"), on="value", how="left", maintain_order="left"
        ).with_columns(offset=pl.coalesce("offset", "known"))
        alone = placed.filter(pl.col("offset").is_null())
        if len(alone):
            raise UsageError(
                f"{source}: operation {self.operations.label[alone['op'][0]]} polled a record "
                f"without offset, and no other operation contains its offset; remove that record"
            )
        return placed


def _owned(reads: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Reads, strange values by the number of their owner.

    A value that was read from a log it was not sent to, and that was sent to exactly one other,
    is that other's: it was misrouted. One that was sent to several may be any of them.
    """
    owners = values.filter("sent").unique("named", keep="none").select("named", owner="value")
    strays = values.filter(~pl.col("sent")).join(owners, on="named").select("value", "owner")
    return reads.join(strays, on="value", how="left", maintain_order="left").with_columns(
        value=pl.coalesce("owner", "value")
    )


def _ordered(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """A table in order of its operations."""
    return fitted(frame.sort("op", maintain_order=True), table)
