"""Large legal histories for measuring the judge, generated column by column.

The mix: half of the operations send one record each (8 producers, 12 logs; 1 in 1,000 ends as
`info`, half of those are in the log, 1 in 2,000 fails), half are polls (a group of 4 members and 4
readers with assigned logs, so that every record is polled twice: about 2 records a poll), plus a
final read of every log in batches of 5,000. Sends are pipelined: they overlap within a producer.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from harness.history.history import NOTHING, History
from harness.history.rows import fitted
from harness.history.tables import FUNCTIONS, SCHEMAS
from harness.model.facts import Facts, LogEnd
from harness.model.scenario import Scenario
from harness.model.workload import Consumers, LogWorkload, Producers, Topic

PRODUCERS = 8
LOGS = 12
READERS = 4
DRAIN_BATCH = 5_000
SEND_EVERY_NS = 10_000
VALUE_BITS = 40

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
OK, FAIL, INFO = range(3)


@dataclass(frozen=True, slots=True)
class Sends:
    """Columns of the sends; `slot` is the offset in the log, NOTHING for a record not in it."""

    process: Ints
    value: Ints
    log: Ints
    slot: Ints
    invoke_ns: Ints
    append_ns: Ints
    complete_ns: Ints
    outcome: Ints


@dataclass(frozen=True, slots=True)
class Reads:
    """Operations of one reader and the rows of sends that each handed out, concatenated."""

    process: int
    f: str
    invoke_ns: Ints
    counts: Ints
    rows: Ints


def scenario() -> Scenario:
    """What such a history is a run of."""
    return Scenario(
        name="benchmark",
        about="a large run without faults",
        workload=LogWorkload(
            topics=(Topic(name="orders", partitions=LOGS),),
            producers=(
                Producers(topic="orders", count=PRODUCERS, settings={"enable.idempotence": True}),
            ),
            consumers=(
                Consumers(
                    name="member",
                    topic="orders",
                    count=READERS,
                    settings={"auto.offset.reset": "earliest", "enable.auto.offset.store": False},
                ),
                Consumers(name="reader", topic="orders", count=READERS, mode="assigned"),
            ),
        ),
    )


def generate(operations: int, seed: int = 1) -> tuple[History, Facts]:
    """A legal history of about `operations` operations (the final read comes on top)."""
    dice = np.random.default_rng(seed)
    sends = _sends(operations // 2, dice)
    in_log = np.flatnonzero(sends.slot >= 0)
    in_log = in_log[np.argsort(sends.append_ns[in_log], kind="stable")]
    polls = operations - operations // 2
    reads = _readers(sends, in_log, polls)
    reads += _final(sends, in_log)
    facts = Facts(
        logs=tuple(
            LogEnd(log=f"orders-{log}", start=0, end=count, read_to=count)
            for log, count in enumerate(np.bincount(sends.log[in_log], minlength=LOGS).tolist())
        )
    )
    return _tables(sends, reads), facts


def _sends(count: int, dice: np.random.Generator) -> Sends:
    process = dice.integers(0, PRODUCERS, count)
    invoke_ns = np.arange(count, dtype=np.int64) * SEND_EVERY_NS
    # One delay a producer keeps its own order; producers overtake each other as they please.
    append_ns = invoke_ns + (1 + process) * 400_000
    complete_ns = append_ns + dice.integers(100_000, 5_000_000, count)
    log = dice.integers(0, LOGS, count)
    fate = dice.random(count)
    outcome = np.select([fate < 0.001, fate < 0.0015], [INFO, FAIL], OK)
    in_log = (outcome == OK) | (fate < 0.0005)
    value = np.empty(count, dtype=np.int64)
    for producer in range(PRODUCERS):
        mine = np.flatnonzero(process == producer)
        value[mine] = (producer << VALUE_BITS) + np.arange(len(mine))
    slot = np.full(count, NOTHING, dtype=np.int64)
    for number in range(LOGS):
        mine = np.flatnonzero(in_log & (log == number))
        slot[mine[np.argsort(append_ns[mine], kind="stable")]] = np.arange(len(mine))
    return Sends(process, value, log, slot, invoke_ns, append_ns, complete_ns, outcome)


def _readers(sends: Sends, in_log: Ints, polls: int) -> list[Reads]:
    reads = []
    for reader in range(2 * READERS):
        rows = in_log[sends.log[in_log] % READERS == reader % READERS]
        ends = np.unique(np.linspace(1, len(rows), polls // (2 * READERS), dtype=np.int64))
        invoke_ns = sends.append_ns[rows[ends - 1]] + 1_000_000 + reader
        counts = np.diff(ends, prepend=0)
        reads.append(Reads(PRODUCERS + reader, "poll", invoke_ns, counts, rows))
    return reads


def _final(sends: Sends, in_log: Ints) -> list[Reads]:
    reads = []
    now_ns = int(sends.complete_ns.max(initial=0)) + 1_000_000_000
    for log in range(LOGS):
        rows = in_log[sends.log[in_log] == log]
        ends = np.unique(np.append(np.arange(DRAIN_BATCH, len(rows), DRAIN_BATCH), len(rows)))
        invoke_ns = now_ns + np.arange(len(ends)) * 1_000_000
        now_ns = int(invoke_ns[-1]) + 1_000_000
        reads.append(
            Reads(PRODUCERS + 2 * READERS, "drain", invoke_ns, np.diff(ends, prepend=0), rows)
        )
    return reads


def _tables(sends: Sends, reads: list[Reads]) -> History:
    invoke_ns = np.concatenate([sends.invoke_ns, *(each.invoke_ns for each in reads)])
    order = np.argsort(invoke_ns, kind="stable")
    op = np.empty(len(order), dtype=np.uint32)
    op[order] = np.arange(len(order), dtype=np.uint32)
    lengths = [len(each.invoke_ns) for each in reads]
    complete_ns = invoke_ns + 800_000
    complete_ns[: len(sends.value)] = sends.complete_ns
    outcome = np.zeros(len(order), dtype=np.uint8)
    outcome[: len(sends.value)] = sends.outcome
    process = np.concatenate([sends.process, np.repeat([each.process for each in reads], lengths)])
    names = FUNCTIONS
    f = np.repeat(
        np.array([names.index(each) for each in ["send", *(each.f for each in reads)]], np.uint8),
        [len(sends.value), *lengths],
    )
    operations = pl.DataFrame(
        {
            "op": np.arange(len(order), dtype=np.uint32),
            "process": process[order],
            "f": pl.Series(f[order]).cat.to(SCHEMAS["operations"]["f"]),
            "invoke_ns": invoke_ns[order],
            "complete_ns": complete_ns[order],
            "outcome": pl.Series(outcome[order]).cat.to(SCHEMAS["operations"]["outcome"]),
            "error": np.zeros(len(order), dtype=np.int32),
        }
    ).pipe(fitted, "operations")
    return History(
        operations=operations,
        sends=_send_table(sends, op),
        reads=_read_table(sends, reads, op[len(sends.value) :]),
        assignments=pl.DataFrame(schema=SCHEMAS["assignments"]),
        commits=pl.DataFrame(schema=SCHEMAS["commits"]),
        processes=_processes(),
        logs=pl.DataFrame(
            [(log, 0, f"orders-{log}", log) for log in range(LOGS)],
            schema=SCHEMAS["logs"],
            orient="row",
        ),
    )


def _send_table(sends: Sends, op: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> pl.DataFrame:
    told = pl.col("outcome") == OK
    frame = pl.DataFrame(
        {
            "op": op[: len(sends.value)],
            "topic": np.zeros(len(sends.value), dtype=np.int32),
            "key": sends.value % 16,
            "value": sends.value,
            "log": sends.log,
            "offset": sends.slot,
            "outcome": sends.outcome,
        }
    )
    return frame.select(
        "op",
        "topic",
        "key",
        "value",
        log=pl.when(told).then("log"),
        offset=pl.when(told).then("offset"),
    ).pipe(fitted, "sends")


def _read_table(
    sends: Sends, reads: list[Reads], op: np.ndarray[tuple[int], np.dtype[np.uint32]]
) -> pl.DataFrame:
    read_op = np.repeat(op, np.concatenate([each.counts for each in reads]))
    rows = np.concatenate([each.rows for each in reads])
    order = np.argsort(read_op, kind="stable")
    rows = rows[order]
    return pl.DataFrame(
        {
            "op": read_op[order],
            "log": sends.log[rows],
            "offset": sends.slot[rows],
            "key": sends.value[rows] % 16,
            "value": sends.value[rows],
        }
    ).pipe(fitted, "reads")


def _processes() -> pl.DataFrame:
    names: list[tuple[str, str, str, str | None]] = [
        (f"producer-{n}", "producer", "producer", None) for n in range(PRODUCERS)
    ]
    names += [(f"member-{n}", "consumer", "member", "members") for n in range(READERS)]
    names += [(f"reader-{n}", "consumer", "reader", None) for n in range(READERS)]
    names += [("final-reader", "drain", "final-reader", None)]
    return pl.DataFrame(
        [(number, *name) for number, name in enumerate(names)],
        schema=SCHEMAS["processes"],
        orient="row",
    )
