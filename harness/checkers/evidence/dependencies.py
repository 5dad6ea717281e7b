"""Which operation must have taken effect before which: the dependency graph of transactions.

Nodes are operations that sent or read records, without the final read. Edges:

    ww   one's record stands right before the other's, in dense offsets of one log
    wr   one's record was read by the other
    process   the other followed in the same process
    realtime  the one ended before the other began

Records of failed operations draw no edges: reading one is an aborted read, and has its own name.
An indeterminate operation has none to what came later, since it may take effect later still.

Real time is not drawn pair by pair, which would be quadratic. A chain of moments, one per end of an
operation, leads from every operation that ended to every one that began later: moment N of them is
node `operations + N`. That is linear, and leaves who can be reached from where as it is.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.columns import FAIL, INFO, NEVER
from harness.checkers.evidence.evidence import Evidence

WW, WR, PROCESS, REALTIME = (1 << bit for bit in range(4))
"""Kinds of edges, as bits, so that a set of them is a number."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges from `tail` to `head`, of one `kind` each; the first nodes are `operations`."""

    tail: Longs
    head: Longs
    kind: Longs
    operations: int
    nodes: int

    def where(self, chosen: Flags | Rows) -> "Edges":
        """The chosen ones, of the same nodes."""
        tail, head, kind = self.tail[chosen], self.head[chosen], self.kind[chosen]
        return Edges(tail, head, kind, self.operations, self.nodes)


def dependencies(evidence: Evidence) -> Edges:
    """The graph of all operations."""
    operations = len(evidence.operations.f)
    ended = _moments(evidence)
    found = [
        (WW, *_ww(evidence)),
        (WR, *_wr(evidence)),
        (PROCESS, *_process(evidence)),
        (REALTIME, *_realtime(evidence, ended)),
    ]
    tail = np.concatenate([tail for _, tail, _ in found])
    head = np.concatenate([head for _, _, head in found])
    kind = np.repeat([kind for kind, _, _ in found], [len(tail) for _, tail, _ in found])
    apart = tail != head
    nodes = operations + len(ended)
    return Edges(tail[apart], head[apart], kind[apart], operations, nodes)


def _ww(evidence: Evidence) -> tuple[Longs, Longs]:
    sends, places = evidence.sends, evidence.placements
    rows = np.flatnonzero((evidence.stands != NONE) & (sends.outcome != FAIL))
    stands = evidence.stands[rows]
    frame = pl.DataFrame(
        {
            "log": places.log(stands),
            "index": places.index[places.cell(stands)],
            "op": sends.op[rows].astype(np.int64),
        }
    )
    after = frame.select("log", pl.col("index") - 1, later="op")
    pairs = frame.join(after, on=["log", "index"], maintain_order="left_right")
    return pairs["op"].to_numpy(), pairs["later"].to_numpy()


def _wr(evidence: Evidence) -> tuple[Longs, Longs]:
    reads, sends, places = evidence.reads, evidence.sends, evidence.placements
    rows = np.flatnonzero(~reads.final)
    sender = places.sender[places.of_read[rows]]
    known = sender != NONE
    known[known] = sends.outcome[sender[known]] != FAIL
    return sends.op[sender[known]].astype(np.int64), reads.op[rows[known]].astype(np.int64)


def _process(evidence: Evidence) -> tuple[Longs, Longs]:
    """From the last operation of a process that was not indeterminate to each one behind it."""
    op = _taking_part(evidence)
    op = op[np.argsort(evidence.actor[op], kind="stable")]
    actor = evidence.actor[op]
    certain = evidence.operations.outcome[op] != INFO
    position = np.arange(len(op))
    last = np.maximum.accumulate(np.where(certain, position, 0))
    before = last[:-1]
    linked = certain[before] & (actor[before] == actor[1:])
    return op[before[linked]], op[1:][linked]


def _moments(evidence: Evidence) -> Longs:
    """The operations that ended for certain, in order of their ends."""
    operations = evidence.operations
    op = _taking_part(evidence)
    op = op[(operations.outcome[op] != INFO) & (operations.complete_ns[op] != NEVER)]
    ended: Longs = op[np.argsort(operations.complete_ns[op], kind="stable")]
    return ended


def _realtime(evidence: Evidence, ended: Longs) -> tuple[Longs, Longs]:
    operations = evidence.operations
    moment = len(operations.f) + np.arange(len(ended))
    begun = _taking_part(evidence)
    # Intervals are closed: what begins at the moment when another ends is concurrent with it.
    last = np.searchsorted(operations.complete_ns[ended], operations.invoke_ns[begun]) - 1
    later = last >= 0
    return (
        np.concatenate([ended, moment[:-1], moment[last[later]]]),
        np.concatenate([moment, moment[1:], begun[later]]),
    )


def _taking_part(evidence: Evidence) -> Longs:
    """Operations with records, the final read apart, in order."""
    part = np.zeros(len(evidence.operations.f), dtype=np.bool_)
    part[evidence.sends.op] = True
    part[evidence.reads.op[~evidence.reads.final]] = True
    return np.flatnonzero(part)
