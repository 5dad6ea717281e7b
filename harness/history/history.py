"""A history: operations and records as tables, on one monotonic clock.

Its tables are declared in `harness.history.tables`.

`f` is what was asked: `send`, `poll`, `subscribe`, `assign`, `revoke`, `commit`, `drain` (a poll of
the final read, which runs from each log's start to its end), `txn` (several sends and polls),
`write` and `read` (of rows of a pipeline; their tables are in `flow`), and of topics `create`,
`add-partitions`, `configure`, `delete` (their `aspects` are what was asked for), `list` and
`describe` (what was seen; in the final read they are of a process whose client is `drain`).
A `commit` of an administrator resets a group: it may go back, and forward over records. The process
`coordinator` of a group has one `drain`, whose `offsets` are what the group's coordinator wrote.
`subscribe` and `assign` rows carry the logs held from then on (`subscribe`: none yet).
A `txn` is a transaction from its begin to its end: its sends were committed (`ok`), aborted or
never committed (`fail`), or nobody knows (`info`); its `commits` went with them.
`outcome` is `ok`, `fail` (certainly did not happen) or `info` (may have happened; also every
operation that never completed, whose complete_ns is null).

A value is unique over all sends of a run. NOTHING (-1) stands for a key that is absent and for a
value that no sender of this harness can have written.

All tables are sorted by `op`, operations by `invoke_ns`; order within an operation is row order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from harness.history.flow import NO_FLOW, Flow
from harness.history.tables import SCHEMAS

NOTHING = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What operations, values and logs are called in the file that a foreign history came from."""

    operations: Sequence[int]
    values: Sequence[int | str]
    logs: Sequence[int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The tables of one run; see the module's description for their columns."""

    operations: pl.DataFrame
    sends: pl.DataFrame
    reads: pl.DataFrame
    assignments: pl.DataFrame
    commits: pl.DataFrame
    processes: pl.DataFrame
    logs: pl.DataFrame
    origins: pl.DataFrame = field(default_factory=SCHEMAS["origins"].to_frame)
    tombstones: pl.DataFrame = field(default_factory=SCHEMAS["tombstones"].to_frame)
    errors: tuple[str, ...] = ("",)
    """Names of errors as `client:NAME`; index 0 means none."""
    flow: Flow = NO_FLOW
    generations: pl.DataFrame = field(default_factory=SCHEMAS["generations"].to_frame)
    offsets: pl.DataFrame = field(default_factory=SCHEMAS["offsets"].to_frame)
    aspects: pl.DataFrame = field(default_factory=SCHEMAS["aspects"].to_frame)
    subjects: pl.DataFrame = field(default_factory=SCHEMAS["subjects"].to_frame)
    incomplete: str | None = None
    """Why the recording is not whole, so that it proves nothing good; absent where it is."""
    labels: Labels | None = None
    """Absent where operations and values are called by their numbers."""

    def operation_label(self, op: int) -> int:
        """What people call operation `op`."""
        return op if self.labels is None else self.labels.operations[op]

    def value_label(self, value: int) -> int | str:
        """What people call `value`."""
        if self.labels is None or not 0 <= value < len(self.labels.values):
            return value
        return self.labels.values[value]

    def log_name(self, log: int) -> str:
        """`topic-partition` of a log."""
        return str(self.logs["name"][log])
