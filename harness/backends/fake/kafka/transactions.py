"""The coordinator of transactions: who may write under an id, what is open, how it ends.

As a cluster with transaction.version 2 it registers a log when a leader is about to append to it,
and gives a producer a new epoch with every transaction that ends. That it is the leader of a
partition of TRANSACTIONS_TOPIC only says when it answers; what it knows outlives its broker.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from confluent_kafka import KafkaError

from harness.backends.fake.clock import Timer, VirtualClock
from harness.backends.fake.kafka.groups import Group
from harness.backends.fake.kafka.record import Identity, Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Seams
from harness.systems.kafka.wire_transactions import TRANSACTIONS_TOPIC

WRITE_AGAIN_S = 0.005


Offsets: TypeAlias = Mapping[Log, int]


@dataclass(slots=True, eq=False)
class _Open:
    """What belongs to a transaction: logs, and offsets of groups."""

    logs: dict[Log, None] = field(default_factory=dict)
    offsets: list[tuple[Group, Offsets]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything does; a transaction without is none."""
        return bool(self.logs or self.offsets)


@dataclass(slots=True, eq=False)
class _Id:
    """One transactional id."""

    producer: int
    timeout_s: float
    epoch: int = 0
    open: _Open = field(default_factory=_Open)
    ending: int = 0
    """Markers and offsets that are not written yet."""
    limit: Timer | None = None

    @property
    def identity(self) -> tuple[int, int]:
        return self.producer, self.epoch


class Transactions:
    """All transactional ids of a cluster.

    Args:
        readable: the leader's copy of a log, if its leader answers; None otherwise.
        exists: whether a log is still there.
        mark: appends a marker at a leader; returns its offset.
        commit: writes what a group has committed; returns whether a coordinator did.
        scan_s: how often open transactions are looked through for those that took too long.
    """

    def __init__(
        self,
        clock: VirtualClock,
        seams: Seams,
        *,
        readable: Callable[[Log], Replica | None],
        exists: Callable[[Log], bool],
        mark: Callable[[Replica, Record], int],
        commit: Callable[[Group, Offsets], bool],
        scan_s: float,
    ) -> None:
        self._clock = clock
        self._seams = seams
        self._readable = readable
        self._exists = exists
        self._mark = mark
        self._commit = commit
        self._scan_s = scan_s
        self._ids: dict[str, _Id] = {}
        self._of_producer: dict[int, _Id] = {}
        self._numbers = itertools.count(1_000_000)
        self._zombies: dict[Identity, _Open] = {}

    def available(self) -> bool:
        """Whether it answers."""
        return self._readable((TRANSACTIONS_TOPIC, 0)) is not None

    def initialise(self, name: str, timeout_s: float) -> tuple[int, Identity]:
        """Give a new process its identity; whoever had the id before is fenced from now on.

        Returns:
            An error code (0: none), and the identity.
        """
        if name not in self._ids:
            made = _Id(next(self._numbers), timeout_s)
            self._ids[name] = self._of_producer[made.producer] = made
            return 0, made.identity
        found = self._ids[name]
        if found.open:
            self._end(found, commit=False)
        if found.ending:
            return KafkaError.CONCURRENT_TRANSACTIONS, None
        found.epoch += 1
        found.timeout_s = timeout_s
        return 0, found.identity

    def admit(self, identity: tuple[int, int], log: Log) -> int:
        """Take `log` into the transaction of a producer that is about to append to it, or refuse.

        Returns:
            An error code; 0 is none.
        """
        if not self.available():
            return KafkaError.NOT_ENOUGH_REPLICAS  # as leaders tell producers in this case
        found = self._of_producer[identity[0]]
        if identity != found.identity:
            if self._seams.fences:
                return KafkaError.INVALID_PRODUCER_EPOCH
            self._zombies.setdefault(identity, _Open()).logs[log] = None
            return 0
        if found.ending:
            return KafkaError.NOT_ENOUGH_REPLICAS
        if not found.open:
            self._limit(found)
        found.open.logs[log] = None
        return 0

    def add_offsets(
        self, identity: tuple[int, int], group: Group, offsets: Offsets
    ) -> tuple[int, Identity]:
        """Let a group's offsets be committed with the open transaction of a producer.

        Until it ends, nobody is told where the group stands in these logs.

        Returns:
            An error code (0: none), and the identity.
        """
        found = self._of_producer[identity[0]]
        opened = found.open
        if identity != found.identity:
            if self._seams.fences:
                return KafkaError.PRODUCER_FENCED, None
            opened = self._zombies.setdefault(identity, _Open())
        elif found.ending:
            return KafkaError.CONCURRENT_TRANSACTIONS, None
        elif not opened:
            self._limit(found)
        opened.offsets.append((group, offsets))
        group.pending.update(offsets.keys())
        return 0, identity

    def end(self, identity: tuple[int, int], *, commit: bool) -> tuple[int, Identity]:
        """End the open transaction of a producer.

        Returns:
            An error code (0: none), and the identity of its next transaction.
        """
        found = self._of_producer[identity[0]]
        if identity != found.identity:
            if self._seams.fences:
                return KafkaError.PRODUCER_FENCED, None
            self._close(found, self._zombies.pop(identity, _Open()), identity, commit=commit)
            return 0, identity
        if found.ending:
            return KafkaError.CONCURRENT_TRANSACTIONS, None
        self._end(found, commit=commit)
        return 0, found.identity

    def _end(self, found: _Id, *, commit: bool) -> None:
        """End the open transaction; what comes next has a new epoch."""
        opened, found.open = found.open, _Open()
        ended = found.identity
        found.epoch += 1
        if found.limit is not None:
            found.limit.cancel()
        self._close(found, opened, ended, commit=commit)

    def _close(self, found: _Id, opened: _Open, ended: Identity, *, commit: bool) -> None:
        """Write a marker to every log of a transaction, and its offsets if it is committed."""
        for log in opened.logs:
            self._write(found, log, ended, commit=self._seams.decision(log, commit))
        for group, offsets in opened.offsets:
            found.ending += 1
            self._settle(found, group, offsets, commit=self._seams.settles(commit))

    def _settle(self, found: _Id, group: Group, offsets: Offsets, *, commit: bool) -> None:
        """Go on until the coordinator of the group has written what is committed."""
        if commit and not self._commit(group, offsets):
            self._clock.call_after(
                WRITE_AGAIN_S, lambda: self._settle(found, group, offsets, commit=commit)
            )
            return
        found.ending -= 1
        group.pending.subtract(offsets.keys())

    def _write(self, found: _Id, log: Log, identity: Identity, *, commit: bool) -> None:
        marker = Record(None, None, 0, transaction=identity, commits=commit)
        found.ending += 1
        self._write_on(found, log, marker, None)

    def _write_on(self, found: _Id, log: Log, marker: Record, offset: int | None) -> None:
        """Go on until the marker is in the log for good: a leader may die with it."""
        leader = self._readable(log)
        if not self._exists(log):
            found.ending -= 1
            return
        if leader is not None and self.available():
            held = offset is not None and offset < leader.end and leader.records[offset] is marker
            if offset is None or not held:
                offset = self._mark(leader, marker)
            elif leader.high_watermark > offset:
                found.ending -= 1
                return
        self._clock.call_after(WRITE_AGAIN_S, lambda: self._write_on(found, log, marker, offset))

    def _limit(self, found: _Id) -> None:
        """Abort the transaction when the first scan after its time-out comes to it."""
        now_s = self._clock.now_ns() / 1e9
        scan_s = math.ceil((now_s + found.timeout_s) / self._scan_s) * self._scan_s
        found.limit = self._clock.call_after(scan_s - now_s, lambda: self._end(found, commit=False))
