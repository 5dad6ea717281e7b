"""Large legal histories of transactions, generated column by column.

Each of 8 workers, one group, runs one transaction after the other: it polls what has become visible
in its 2 of the 16 logs, sends 2 records to any logs, and commits the offsets behind what it polled;
1 in 200 aborts, 1 in 200 ends without an answer (half of those are committed), and these polled
nothing. Records of concurrent transactions interleave. A final read takes every log.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.histories import DRAIN_BATCH, FAIL, INFO, OK, Ints
from harness.history.history import History
from harness.history.rows import fitted
from harness.history.tables import FUNCTIONS, SCHEMAS
from harness.model.facts import Facts, LogEnd
from harness.model.scenario import Scenario
from harness.model.workload import Consumers, LogWorkload, Producers, Topic

WORKERS = 8
LOGS = 16
SENDS = 2
PERIOD_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Transactions:
    """Columns of the transactions, in order of their begins."""

    worker: Ints
    begin_ns: Ints
    end_ns: Ints
    outcome: Ints
    committed: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Records:
    """Columns of the records, in order of log and offset; `op` is the transaction's number."""

    op: Ints
    log: Ints
    offset: Ints
    visible: np.ndarray[tuple[int], np.dtype[np.bool_]]
    since_ns: Ints
    """When every transaction before it in its log had ended."""


def scenario() -> Scenario:
    """What such a history is a run of."""
    consumers = Consumers(name="worker", topic="orders", settings={"enable.auto.commit": False})
    producers = Producers(name="worker", topic="orders", settings={"enable.idempotence": True})
    return Scenario(
        name="transactions",
        about="a large run of transactions without faults",
        workload=LogWorkload(
            topics=(Topic(name="orders", partitions=LOGS),),
            producers=(producers,),
            consumers=(consumers,),
        ),
    )


def generate(operations: int, seed: int = 1) -> tuple[History, Facts]:
    """A legal history of `operations` transactions (the final read comes on top)."""
    dice = np.random.default_rng(seed)
    ran = _transactions(operations, dice)
    records = _records(ran, dice)
    reads = _polls(ran, records)
    held = records.log[records.visible], records.offset[records.visible]
    ends = np.zeros(LOGS, dtype=np.int64)
    np.maximum.at(ends, held[0], held[1] + 1)
    facts = Facts(
        logs=tuple(
            LogEnd(log=f"orders-{log}", start=0, end=end, read_to=end)
            for log, end in enumerate(ends.tolist())
        )
    )
    return _tables(ran, records, reads), facts


def _transactions(count: int, dice: np.random.Generator) -> Transactions:
    number = np.arange(count, dtype=np.int64)
    begin_ns = number * (PERIOD_NS // WORKERS)
    end_ns = begin_ns + dice.integers(PERIOD_NS // 4, PERIOD_NS - 1, count)
    fate = dice.random(count)
    outcome = np.select([fate < 0.005, fate < 0.01], [INFO, FAIL], OK)
    committed = (outcome == OK) | (fate < 0.0025)
    return Transactions(number % WORKERS, begin_ns, end_ns, outcome, committed)


def _records(ran: Transactions, dice: np.random.Generator) -> Records:
    op = np.repeat(np.arange(len(ran.worker), dtype=np.int64), SENDS)
    log = dice.integers(0, LOGS, len(op))
    # In the order of sending within a transaction, somewhere between its begin and its end.
    part = np.sort(dice.random((len(ran.worker), SENDS)), axis=1).ravel()
    at_ns = ran.begin_ns[op] + (part * (ran.end_ns - ran.begin_ns)[op]).astype(np.int64)
    order = np.lexsort((at_ns, log))
    op, log = op[order], log[order]
    first = np.searchsorted(log, np.arange(LOGS))
    offset = np.arange(len(op)) - first[log]
    since_ns = np.concatenate(
        [np.maximum.accumulate(ran.end_ns[mine]) for mine in np.split(op, first[1:])]
    )
    return Records(op, log, offset, ran.committed[op], since_ns)


def _polls(ran: Transactions, records: Records) -> tuple[Ints, Ints]:
    """Transactions and the rows of records that they poll, in order of transaction and log."""
    found = []
    for worker in range(WORKERS):
        mine = np.flatnonzero((ran.worker == worker) & (ran.outcome == OK))
        rows = np.flatnonzero(records.visible & (records.log % WORKERS == worker))
        taken = np.searchsorted(ran.begin_ns[mine], records.since_ns[rows], side="right")
        known = taken < len(mine)
        found.append((mine[taken[known]], rows[known]))
    op = np.concatenate([each for each, _ in found])
    rows = np.concatenate([each for _, each in found])
    order = np.lexsort((rows, op))
    return op[order], rows[order]


def _tables(ran: Transactions, records: Records, polls: tuple[Ints, Ints]) -> History:
    count = len(ran.worker)
    left = np.flatnonzero(records.visible)
    drains = -(-len(left) // DRAIN_BATCH)
    drain = count + np.arange(len(left)) // DRAIN_BATCH
    drain_ns = int(ran.end_ns.max(initial=0)) + PERIOD_NS * (1 + np.arange(drains))
    names = FUNCTIONS
    f = np.repeat(np.array([names.index("txn"), names.index("drain")], np.uint8), [count, drains])
    outcome = np.concatenate([ran.outcome, np.zeros(drains, np.int64)]).astype(np.uint8)
    operations = pl.DataFrame(
        {
            "op": np.arange(count + drains, dtype=np.uint32),
            "process": np.concatenate([ran.worker, np.full(drains, WORKERS)]),
            "f": pl.Series(f).cat.to(SCHEMAS["operations"]["f"]),
            "invoke_ns": np.concatenate([ran.begin_ns, drain_ns]),
            "complete_ns": np.concatenate([ran.end_ns, drain_ns + 1]),
            "outcome": pl.Series(outcome).cat.to(SCHEMAS["operations"]["outcome"]),
            "error": np.zeros(count + drains, dtype=np.int32),
        }
    ).pipe(fitted, "operations")
    read_op, rows = np.concatenate([polls[0], drain]), np.concatenate([polls[1], left])
    reads = pl.DataFrame(
        {
            "op": read_op,
            "log": records.log[rows],
            "offset": records.offset[rows],
            "key": np.zeros(len(rows), dtype=np.int64),
            "value": rows,
        }
    ).pipe(fitted, "reads")
    processes = [(n, f"worker-{n}", "producer", "worker", "workers") for n in range(WORKERS)]
    return History(
        operations=operations,
        sends=_sends(records),
        reads=reads,
        assignments=pl.DataFrame(schema=SCHEMAS["assignments"]),
        commits=_commits(reads, count),
        processes=pl.DataFrame(
            [*processes, (WORKERS, "final-reader", "drain", "final-reader", None)],
            schema=SCHEMAS["processes"],
            orient="row",
        ),
        logs=pl.DataFrame(
            [(log, 0, f"orders-{log}", log) for log in range(LOGS)],
            schema=SCHEMAS["logs"],
            orient="row",
        ),
    )


def _sends(records: Records) -> pl.DataFrame:
    """In order of transactions; those of one stand in each log in the order they were sent."""
    sent = np.argsort(records.op, kind="stable")
    return pl.DataFrame(
        {
            "op": records.op[sent],
            "topic": np.zeros(len(sent), dtype=np.int32),
            "key": np.zeros(len(sent), dtype=np.int64),
            "value": sent,
            "log": records.log[sent],
            "offset": records.offset[sent],
        }
    ).pipe(fitted, "sends")


def _commits(reads: pl.DataFrame, transactions: int) -> pl.DataFrame:
    """The offset behind the last record that a transaction polled from a log."""
    polled = reads.filter(pl.col("op") < transactions)
    return (
        polled.group_by("op", "log", maintain_order=True)
        .agg(pl.col("offset").max() + 1)
        .pipe(fitted, "commits")
    )
