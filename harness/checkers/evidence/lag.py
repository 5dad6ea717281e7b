"""How far behind readers were: the reference's lower bound on real-time lag.

At the moment a poll begins, a reader that has come to some offset of a log lags at least by the
time since a higher offset of that log was first known to exist (an operation that saw or was told
one had completed). A log that was assigned and never read counts from its beginning.

An assign keeps the positions of the logs it names, begins the others at the start and forgets the
rest; a subscribe forgets all. The lag of a position grows until the next read, so it is measured at
the poll that reached it and at the last poll before it was left.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.checkers.evidence.arrays import NONE, Longs, Numbers
from harness.checkers.evidence.columns import ASSIGN, NEVER, OK, POLL, SUBSCRIBE, TXN
from harness.checkers.evidence.evidence import Evidence


@dataclass(frozen=True, slots=True)
class _Stay:
    """A reader on a log, from one change of what it holds to another.

    `op` and `at` are its reads: operations, and how many cells into the log. `polls` are all of its
    polls meanwhile, `began` when they did; `since` tells of each cell of the log when it, or one
    behind it, was first known to exist.
    """

    op: Numbers
    at: Numbers
    polls: Numbers
    began: Longs
    since: Longs
    fresh: bool
    """Whether the log was assigned, so that its beginning counts as read to."""

    def lag_ns_max(self) -> int:
        """The largest lag."""
        last = np.flatnonzero(np.append(np.diff(self.op) != 0, True)[: len(self.op)])
        op, at = self.op[last], np.maximum.accumulate(self.at)[last]
        reached = np.searchsorted(self.polls, op)
        # The last poll before the next read of this log, or before the stay ended.
        left = np.append(reached[1:], len(self.polls)) - 1
        lags = [self._lag(reached, at), self._lag(np.maximum(left, reached), at)]
        start = (reached[0] if len(reached) else len(self.polls)) - 1
        if self.fresh and start >= 0:
            lags.append(self._lag(np.array([start]), np.array([NONE])))
        return max(int(lag.max(initial=0)) for lag in lags)

    def _lag(self, poll: Numbers, at: Numbers) -> Longs:
        """The lag of each poll whose reader had come to cell `at`."""
        behind = at + 1 < len(self.since)
        since = self.since[at[behind] + 1]
        lag: Longs = np.where(since == NEVER, 0, self.began[poll[behind]] - since)
        return lag


def lag_ns_max(evidence: Evidence) -> int:
    """The largest lower bound on the lag of any ok poll, in nanoseconds."""
    reads, operations, places = evidence.reads, evidence.operations, evidence.placements
    polling = np.isin(operations.f, (POLL, TXN)) & (operations.outcome == OK)
    known, changes = _known_since(evidence), _changes(evidence)
    rows = np.flatnonzero(polling[reads.op])
    order, path = evidence.along(reads.op[rows], reads.log[rows])
    rows, logs = rows[order], len(evidence.log_names)
    bounds = np.searchsorted(path, np.arange(len(evidence.processes) * logs + 1)).tolist()
    largest = 0
    for actor in np.unique(evidence.actor[polling]).tolist():
        polls = np.flatnonzero(polling & (evidence.actor == actor))
        for log in range(logs):
            mine = rows[bounds[actor * logs + log] : bounds[actor * logs + log + 1]]
            op, span = reads.op[mine], places.cells.span(log)
            at = places.cell(places.of_read[mine]) - span.start
            for begin, end, fresh in _stays(changes.get(actor, []), log, op):
                read = slice(*np.searchsorted(op, (begin, end)).tolist())
                polled = polls[slice(*np.searchsorted(polls, (begin, end)).tolist())]
                began = operations.invoke_ns[polled]
                stay = _Stay(op[read], at[read], polled, began, known[span], fresh)
                largest = max(largest, stay.lag_ns_max())
    return largest


def _known_since(evidence: Evidence) -> Longs:
    """Per cell: when it, or a later one of its log, was first known to exist."""
    places, operations = evidence.placements, evidence.operations
    known = np.full(places.cells.size, NEVER)
    ended = operations.complete_ns
    np.minimum.at(known, places.cell(places.of_read), ended[evidence.reads.op])
    told = np.flatnonzero(places.told != NONE)
    np.minimum.at(known, places.cell(places.told[told]), ended[evidence.sends.op[told]])
    for log in range(places.cells.logs):
        backwards = known[places.cells.span(log)][::-1]
        np.minimum.accumulate(backwards, out=backwards)
    return known


def _changes(evidence: Evidence) -> dict[int, list[tuple[int, set[int]]]]:
    """Per process: its ok assigns (with the logs they name) and subscribes, in order."""
    operations = evidence.operations
    logs: dict[int, set[int]] = {}
    for op, log in evidence.history.assignments.iter_rows():
        logs.setdefault(op, set()).add(log)
    changes: dict[int, list[tuple[int, set[int]]]] = {}
    counted = np.isin(operations.f, (ASSIGN, SUBSCRIBE)) & (operations.outcome == OK)
    for op in np.flatnonzero(counted).tolist():
        named = logs.get(op, set()) if operations.f[op] == ASSIGN else set()
        changes.setdefault(int(evidence.actor[op]), []).append((op, named))
    return changes


def _stays(
    changes: list[tuple[int, set[int]]], log: int, op: Numbers
) -> Iterator[tuple[int, int, bool]]:
    """When `log` was held: first operation, the one after the last, whether it was assigned."""
    begin, fresh = 0, False
    for change, named in changes:
        low, high = np.searchsorted(op, (begin, change))
        if log in named and (fresh or low < high):
            continue
        yield begin, change, fresh
        begin, fresh = change, log in named
    yield begin, np.iinfo(np.int64).max, fresh
