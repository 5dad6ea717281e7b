"""A history: operations and records as tables, on one monotonic clock.

    operations   one row per operation; the row number is the operation's index `op`
        op UInt32 · process Int32 · f Enum · invoke_ns Int64 · complete_ns Int64? · outcome Enum
        · error Int32 (0 = none, else an index into `errors`)
    sends        one row per record sent, in order of invocation within its operation
        op UInt32 · topic Int32 · key Int64 · value Int64 · log Int32? · offset Int64?
        (`log` and `offset` are what the client was told; null when it was told nothing)
    reads        one row per record polled or read, in the order it was handed out
        op UInt32 · log Int32 · offset Int64 · key Int64 · value Int64
    assignments  one row per log in the new assignment of an `assign`, or lost by a `revoke`
        op UInt32 · log Int32
    commits      one row per committed offset: the next offset to read
        op UInt32 · log Int32 · offset Int64
    origins      one row per record that was made from another one
        value Int64 · origin Int64 (the value of that other record)
    generations  one row per `assign` of a member that knew the generation of its group
        op UInt32 · generation Int32
    offsets      one row per entry about a group in `__consumer_offsets`, in order of that log
        op UInt32 (of the process that read it in the end) · log Int32
        · offset Int64 (NOTHING: the coordinator forgot it)
    tombstones   one row per send of a record without a value, which deletes its key
        value Int64
    processes    process Int32 · name Utf8
        · client Utf8 (producer, consumer, drain, processor, administrator, coordinator)
        · kind Utf8 (the scenario's name of producers, consumers, processors) · group Utf8?
    logs         log Int32 · topic Int32 · name Utf8 (`topic-partition`) · partition Int32
    aspects      one row per aspect of a topic that an administrator asked for, or saw
        op UInt32 · subject Int32 · aspect Enum · value Int64 (`exists` 0 or 1; `cleanup.policy` an
        index into POLICIES, NOTHING for any other)
    subjects     subject Int32 · name Utf8: topics that administrators change

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
from typing import TypeAlias

import polars as pl

from harness.history.flow import NO_FLOW, Flow
from harness.model.administration import ASPECTS, CHANGES, LOOKS

NOTHING = -1

Function = pl.Enum(
    [
        *("send", "poll", "subscribe", "assign", "revoke", "commit", "drain", "txn"),
        *("write", "read", *CHANGES, *LOOKS),
    ]
)
Aspect = pl.Enum(ASPECTS)
Outcome = pl.Enum(["ok", "fail", "info"])

Columns: TypeAlias = dict[str, pl.DataType | type[pl.DataType]]

_OPERATIONS: Columns = {
    "op": pl.UInt32,
    "process": pl.Int32,
    "f": Function,
    "invoke_ns": pl.Int64,
    "complete_ns": pl.Int64,
    "outcome": Outcome,
    "error": pl.Int32,
}
OPERATIONS = pl.Schema(_OPERATIONS)
SENDS = pl.Schema(
    {
        "op": pl.UInt32,
        "topic": pl.Int32,
        "key": pl.Int64,
        "value": pl.Int64,
        "log": pl.Int32,
        "offset": pl.Int64,
    }
)
READS = pl.Schema(
    {"op": pl.UInt32, "log": pl.Int32, "offset": pl.Int64, "key": pl.Int64, "value": pl.Int64}
)
ASSIGNMENTS = pl.Schema({"op": pl.UInt32, "log": pl.Int32})
COMMITS = pl.Schema({"op": pl.UInt32, "log": pl.Int32, "offset": pl.Int64})
ORIGINS = pl.Schema({"value": pl.Int64, "origin": pl.Int64})
GENERATIONS = pl.Schema({"op": pl.UInt32, "generation": pl.Int32})
OFFSETS = pl.Schema({"op": pl.UInt32, "log": pl.Int32, "offset": pl.Int64})
TOMBSTONES = pl.Schema({"value": pl.Int64})
_ASPECTS: Columns = {"op": pl.UInt32, "subject": pl.Int32, "aspect": Aspect, "value": pl.Int64}
TOPIC_ASPECTS = pl.Schema(_ASPECTS)
SUBJECTS = pl.Schema({"subject": pl.Int32, "name": pl.Utf8})
PROCESSES = pl.Schema(
    {"process": pl.Int32, "name": pl.Utf8, "client": pl.Utf8, "kind": pl.Utf8, "group": pl.Utf8}
)
LOGS = pl.Schema({"log": pl.Int32, "topic": pl.Int32, "name": pl.Utf8, "partition": pl.Int32})


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
    origins: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ORIGINS))
    tombstones: pl.DataFrame = field(default_factory=TOMBSTONES.to_frame)
    errors: tuple[str, ...] = ("",)
    """Names of errors as `client:NAME`; index 0 means none."""
    flow: Flow = NO_FLOW
    generations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=GENERATIONS))
    offsets: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OFFSETS))
    aspects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TOPIC_ASPECTS))
    subjects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SUBJECTS))
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
