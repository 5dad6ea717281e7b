"""Walks of processes along logs: which records follow each other in the eyes of one process.

A process that reads (or sends to) a log moves along it in steps, which are pairs of records:

    inner   both belong to one operation
    outer   the last record of one operation and the first of the next one on that log; operations
            that do not count (a poll that is not ok) are stepped to, but never from

An outer step does not exist where an assign or subscribe of the process, ok or info, lay between
the two operations and left the log out: the process then had no position to go on from. Rebalances
are recorded from inside the poll they happen in, so one within the later operation counts as
between, and an inner step is exempt when its log was assigned or revoked during its operation.
"""

from dataclasses import dataclass

import numpy as np

from harness.checkers.evidence.arrays import Flags, Ints, Longs, Numbers, Rows
from harness.checkers.evidence.columns import ASSIGN, FAIL, NEVER, SUBSCRIBE
from harness.checkers.evidence.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Records in order of their operations: where each stands, and whether it is stepped from."""

    op: Numbers
    log: Ints
    index: Ints
    """Dense index; negative where nobody knows."""
    leaves: Flags


@dataclass(frozen=True, slots=True)
class Steps:
    """Pairs of records, by their positions in a walk, and the dense distance between them."""

    before: Rows
    after: Rows
    distance: Ints

    def where(self, chosen: Flags | Rows) -> "Steps":
        """The chosen ones."""
        return Steps(self.before[chosen], self.after[chosen], self.distance[chosen])


def strange_steps(evidence: Evidence, walk: Walk) -> tuple[Steps, Steps]:
    """Inner and outer steps whose distance is not 1, in order of their later records.

    A pair with an unknown place is skipped: nothing is known about it.
    """
    order, path = evidence.along(walk.op, walk.log)
    inner, outer = _pairs(walk, order, path)
    if not len(inner.after) and not len(outer.after):
        return inner, outer
    changes = _Changes.of(evidence)
    return (
        inner.where(~changes.rebalanced(walk.op[inner.after], walk.log[inner.after])),
        outer.where(
            ~changes.dropped(walk.op[outer.before], walk.op[outer.after], walk.log[outer.after])
        ),
    )


def _pairs(walk: Walk, order: Rows, path: Numbers) -> tuple[Steps, Steps]:
    """Strange inner and outer steps of records in order of their paths."""
    index, op = walk.index[order], walk.op[order]
    same = path[1:] == path[:-1]
    inner = op[1:] == op[:-1]
    after = np.flatnonzero(same & (np.diff(index) != 1) & inner) + 1
    inner_steps = _steps(order, index, after - 1, after)
    if walk.leaves.all():
        after = np.flatnonzero(same & (np.diff(index) != 1) & ~inner) + 1
        return inner_steps, _steps(order, index, after - 1, after)
    after = np.flatnonzero(same & ~inner) + 1
    position = np.arange(len(order))
    last = np.maximum.accumulate(np.where(walk.leaves[order], position, 0))
    before = last[after - 1]
    stepped = walk.leaves[order[before]] & (path[before] == path[after])
    before, after = before[stepped], after[stepped]
    return inner_steps, _steps(order, index, before, after)


def _steps(order: Rows, index: Ints, before: Rows, after: Rows) -> Steps:
    distance = index[after] - index[before]
    strange = (distance != 1) & (index[before] >= 0) & (index[after] >= 0)
    steps = Steps(order[before[strange]], order[after[strange]], distance[strange])
    return steps.where(np.argsort(steps.after, kind="stable"))


@dataclass(frozen=True, slots=True)
class _Changes:
    """When processes changed what they hold, as sorted numbers `owner * operations + operation`.

    An owner is a process (for `sets`) or a process and a log (for the others).
    """

    actor: Longs
    invoke_ns: Longs
    complete_ns: Longs
    logs: int
    sets: Longs
    members: Longs
    touched: Longs

    @classmethod
    def of(cls, evidence: Evidence) -> "_Changes":
        operations, actor = evidence.operations, evidence.actor
        logs, count = len(evidence.log_names), len(actor)
        op = evidence.history.assignments["op"].to_numpy().astype(np.int64)
        log = evidence.history.assignments["log"].to_numpy()
        replaces = np.isin(operations.f, (ASSIGN, SUBSCRIBE)) & (operations.outcome != FAIL)
        touched = (actor[op] * logs + log) * count + op
        sets = np.flatnonzero(replaces)
        return cls(
            actor,
            operations.invoke_ns,
            operations.complete_ns,
            logs,
            np.sort(actor[sets] * count + sets),
            np.unique(touched[replaces[op]]),
            np.sort(touched),
        )

    def dropped(self, first: Numbers, last: Numbers, log: Ints) -> Flags:
        """Whether, after operation `first` and up to the end of `last`, a set left `log` out."""
        actor = self.actor[first]
        until = self._until(last)
        changed = self._between(self.sets, actor, first, until)
        kept = self._between(self.members, actor * self.logs + log, first, until)
        return changed > kept

    def rebalanced(self, op: Numbers, log: Ints) -> Flags:
        """Whether `log` was assigned or revoked within operation `op`."""
        owner = self.actor[op] * self.logs + log
        return self._between(self.touched, owner, op, self._until(op)) > 0

    def _until(self, op: Numbers) -> Longs:
        """The last operation that began before `op` ended."""
        ended = self.complete_ns[op]
        ended = np.where(ended == NEVER, self.invoke_ns[op], ended)
        last = np.searchsorted(self.invoke_ns, ended, side="right") - 1
        return np.maximum(last, op)

    def _between(self, changes: Longs, owner: Longs, first: Numbers, until: Longs) -> Longs:
        """How many `changes` of `owner` lie after `first`, up to and including `until`."""
        begin = owner * len(self.actor)
        low = np.searchsorted(changes, begin + first, side="right")
        return np.searchsorted(changes, begin + until, side="right") - low
