"""The tables of a history as plain columns, with what operations say spread over their records."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.checkers.evidence.arrays import NONE, Bytes, Flags, Ints, Longs, Numbers
from harness.history.history import History
from harness.history.tables import FUNCTIONS, OUTCOMES

OK, FAIL, INFO = (OUTCOMES.index(word) for word in ("ok", "fail", "info"))
SEND, POLL, SUBSCRIBE, ASSIGN, REVOKE, DRAIN, TXN, WRITE = (
    FUNCTIONS.index(word)
    for word in ("send", "poll", "subscribe", "assign", "revoke", "drain", "txn", "write")
)
NEVER = np.iinfo(np.int64).max
"""When an operation completed that never did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """One entry per operation."""

    process: Ints
    f: Bytes
    invoke_ns: Longs
    complete_ns: Longs
    outcome: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """One entry per record sent; `log` and `offset` are NONE where the client was not told."""

    op: Numbers
    topic: Ints
    key: Longs
    value: Longs
    log: Ints
    offset: Longs
    outcome: Bytes
    process: Ints
    txn: Flags
    """Whether it was sent in a transaction."""

    @property
    def told(self) -> Flags:
        """Whether the client was told a place in a log."""
        return (self.log >= 0) & (self.offset >= 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """One entry per record read."""

    op: Numbers
    log: Ints
    offset: Longs
    value: Longs
    ok: Flags
    """Whether its operation is ok."""
    final: Flags
    """Whether it belongs to the final read."""
    dirty: Flags
    """Whether its reader does not wait for transactions to end."""


def operations_of(history: History) -> Operations:
    """The columns of `history.operations`."""
    frame = history.operations
    return Operations(
        process=frame["process"].to_numpy(),
        f=frame["f"].to_physical().to_numpy(),
        invoke_ns=frame["invoke_ns"].to_numpy(),
        complete_ns=frame["complete_ns"].fill_null(NEVER).to_numpy(),
        outcome=frame["outcome"].to_physical().to_numpy(),
    )


def sends_of(history: History, operations: Operations) -> Sends:
    """The columns of `history.sends`."""
    frame = history.sends
    op = frame["op"].to_numpy()
    return Sends(
        op=op,
        topic=frame["topic"].to_numpy(),
        key=frame["key"].to_numpy(),
        value=frame["value"].to_numpy(),
        log=frame["log"].fill_null(NONE).to_numpy(),
        offset=frame["offset"].fill_null(NONE).to_numpy(),
        outcome=operations.outcome[op],
        process=operations.process[op],
        txn=(operations.f == TXN)[op],
    )


def reads_of(history: History, operations: Operations, dirty: Sequence[int]) -> Reads:
    """The columns of `history.reads`; processes that are `dirty` read what is not committed."""
    frame = history.reads
    op = frame["op"].to_numpy()
    return Reads(
        op=op,
        log=frame["log"].to_numpy(),
        offset=frame["offset"].to_numpy(),
        value=frame["value"].to_numpy(),
        ok=(operations.outcome == OK)[op],
        final=(operations.f == DRAIN)[op],
        dirty=np.isin(operations.process, list(dirty))[op],
    )
