"""A pool of threads in one worker: each makes and sends the results of the records in its lane."""

from collections import deque
from collections.abc import Iterator, Sequence
from threading import Lock

from confluent_kafka import KafkaException

from harness.kit.barrier import Barrier
from harness.model.workload import Point
from harness.workloads.lanes import READ_AHEAD, Dealer, Progress
from harness.workloads.processing.record import Input
from harness.workloads.processing.sending import WAITING_STEP_S, Sender

HELD_STEP_S = 0.005
BEFORE: Point = "before-produce"


class Pool:
    """Deals records to lanes, and knows up to where all of them are done.

    Args:
        senders: one for each lane.
        barrier: stops a single lane, whichever comes to its point first; the others go on.
        per_key: all records of a key go to the same lane.
    """

    def __init__(self, senders: Sequence[Sender], barrier: Barrier, *, per_key: bool) -> None:
        self._progress: Progress[int] = Progress()
        self._dealer = Dealer(len(senders), per_key=per_key)
        self._waiting: list[deque[Input]] = [deque() for _ in senders]
        self._senders = senders
        self._barrier = barrier
        self._stopping = Lock()
        self._stopped: int | None = None
        self._committed: dict[int, int] = {}
        self._ended = False
        self.problem: KafkaException | None = None
        """What a lane failed with, if one did."""

    @property
    def runs(self) -> tuple[Iterator[float], ...]:
        """What each lane does, until the pool ends."""
        return tuple(self._run(lane) for lane in range(len(self._senders)))

    @property
    def is_full(self) -> bool:
        """Whether no more is to be read until lanes have caught up."""
        return self._progress.unfinished() >= READ_AHEAD

    @property
    def is_idle(self) -> bool:
        """Whether everything that was dealt is done."""
        return self._progress.unfinished() == 0

    def deal(self, inputs: Sequence[Input]) -> None:
        """Let lanes work on these."""
        for each in inputs:
            self._progress.read(each)
            self._waiting[self._dealer.lane(each.key)].append(each)

    def moved(self) -> list[tuple[int, int]]:
        """Partitions and offsets to commit: before them all is done; none if they are as before."""
        safe = self._progress.safe()
        if safe == self._committed:
            return []
        self._committed = safe
        return sorted(safe.items())

    def forget(self) -> None:
        """Drop what no lane has begun, and let nothing be committed of what is begun."""
        for waiting in self._waiting:
            waiting.clear()
        self._progress.forget()
        self._committed = {}

    def end(self) -> None:
        """Let every lane end, when it is done with the record in its hand."""
        self._ended = True

    def _run(self, lane: int) -> Iterator[float]:
        waiting, sender = self._waiting[lane], self._senders[lane]
        while not self._ended:
            try:
                each = waiting.popleft()
            except IndexError:
                yield WAITING_STEP_S
                continue
            while self._stands(lane):
                yield HELD_STEP_S
            try:
                yield from sender.send([each])
            except KafkaException as problem:
                self.problem = problem
                return
            self._progress.applied([each])

    def _stands(self, lane: int) -> bool:
        """Whether this lane has to stop where it is; while one is stopped, no other has to."""
        with self._stopping:
            if self._stopped not in {None, lane}:
                return False
            stands = not self._ended and self._barrier.stands(BEFORE)
            self._stopped = lane if stands else None
            return stands


def interleaved(run: Iterator[float], lanes: Sequence[Iterator[float]]) -> Iterator[float]:
    """A life and its lanes as one: where nothing runs by itself, each is stepped in turn."""
    for wait_s in run:
        waits_s = [next(lane, wait_s) for lane in lanes]
        yield min([wait_s, *waits_s])
