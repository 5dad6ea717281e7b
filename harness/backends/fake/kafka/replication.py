"""Leaders append, followers fetch, the high watermark and the ISR follow from that."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Protocol

from confluent_kafka import KafkaError

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.kafka.broker import Broker
from harness.backends.fake.kafka.partition import Partition
from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica, Waiting
from harness.backends.fake.kafka.request import ProduceRequest
from harness.backends.fake.links import Links
from harness.backends.fake.seams import Seams
from harness.kit.waits import NS_PER_S

FETCH_S = (0.000_2, 0.002)
REQUEST_LIMIT_S = 30.0


class ChangesIsr(Protocol):
    """The controller, as far as leaders need it."""

    def change_isr(self, log: Log, leader: int, isr: tuple[int, ...]) -> None:
        """Write a new ISR if that can be done now."""


class AdmitsTransactions(Protocol):
    """The coordinator of transactions, as far as leaders need it."""

    def admit(self, identity: tuple[int, int], log: Log) -> int:
        """Take the log into the producer's transaction; an error code, 0 is none."""


class LoadsGroups(Protocol):
    """The coordinator of groups, as far as the leader of its log needs it."""

    def load_groups(self, leader: Replica) -> None:
        """Know what the log of a new leader says of groups, if it is that log."""


class Replication:
    """The data path of all brokers.

    Args:
        lag_limit_s: `replica.lag.time.max.ms`; checked every half of it, as Kafka does.
    """

    def __init__(
        self,
        brokers: Mapping[int, Broker],
        partitions: Mapping[Log, Partition],
        links: Links,
        clock: VirtualClock,
        *,
        seams: Seams,
        random: Random,
        lag_limit_s: float,
    ) -> None:
        self._brokers = brokers
        self._partitions = partitions
        self._links = links
        self._clock = clock
        self._seams = seams
        self._random = random
        self._lag_limit_s = lag_limit_s
        self._fetching: set[tuple[Log, int]] = set()
        self.controller: ChangesIsr | None = None
        self.transactions: AdmitsTransactions | None = None
        self.groups: LoadsGroups | None = None
        self._clock.call_after(lag_limit_s / 2, self._check_lag)

    def append(self, leader: Replica, records: Sequence[Record]) -> None:
        """Append what a coordinator writes, which answers when its followers have it."""
        end_before = leader.end
        for record in records:
            leader.add(record)
        self._note_contact(leader, end_before)
        for number in self._partitions[leader.log].replicas:
            self._fetch(leader.log, number)

    def produce(self, broker: Broker, request: ProduceRequest) -> None:
        """Handle a request at the broker that it was sent to."""
        if not self._seams.remembers:
            for record in request.records:
                record.identity = None
        leader = broker.replicas.get(request.log)
        refused = self._refusal(leader, request)
        if leader is None or refused:
            broker.answer(request, refused)
            return
        known = self._known(leader, request)
        if known is None:
            request.offsets = self._append(leader, request.records, self._seams.append)
        else:
            request.offsets = known
        # A leader without followers advances by itself; everybody else waits for fetches.
        required = leader.end if known is None else max(known) + 1
        if request.acks == -1 and leader.high_watermark < required and self._seams.waits:
            self._wait(broker, leader, request, required)
        else:
            broker.answer(request, self._seams.answer(0))
        self._advance(leader)

    def mark(self, leader: Replica, marker: Record) -> int:
        """Append the end of a transaction; return its offset."""
        (offset,) = self._append(leader, [marker], lambda to, _: [to.add(marker)])
        self._advance(leader)
        return offset

    def _append(
        self,
        leader: Replica,
        records: list[Record],
        store: Callable[[Replica, list[Record]], list[int]],
    ) -> list[int]:
        end_before = leader.end
        for record in records:
            record.epoch = leader.epoch
        offsets = store(leader, records)
        self._note_contact(leader, end_before)
        self._wake(leader.log)
        return offsets

    def wake(self) -> None:
        """Let every follower that has something to fetch do so: a link or a process came back."""
        for log in self._partitions:
            self._wake(log)

    def lead(self, leader: Replica) -> None:
        """A broker has heard that it leads, or that its ISR is another."""
        now = self._clock.now_ns()
        for number in leader.isr:
            leader.caught_up_ns.setdefault(number, now)
        self._advance(leader)
        self._wake(leader.log)
        if self.groups:
            self.groups.load_groups(leader)

    def resign(self, follower: Replica) -> None:
        """A broker has heard that another leads, or nobody."""
        follower.give_up_waiting(KafkaError.NOT_LEADER_FOR_PARTITION)
        self._wake(follower.log)

    def _refusal(self, leader: Replica | None, request: ProduceRequest) -> int:
        if leader is None or not leader.leads:
            return KafkaError.NOT_LEADER_FOR_PARTITION
        if request.acks == -1 and len(leader.isr) < self._partitions[leader.log].min_in_sync:
            return KafkaError.NOT_ENOUGH_REPLICAS
        first = request.records[0]
        if first.transaction is not None and self.transactions is not None:
            refused = self.transactions.admit(first.transaction, request.log)
            if refused:
                return refused
        out_of_order = (
            first.identity is not None
            and leader.offset_of(first.identity, first.sequence) is None
            and leader.expected_sequence(first.identity) != first.sequence
        )
        return KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER if out_of_order else 0

    @staticmethod
    def _known(leader: Replica, request: ProduceRequest) -> list[int] | None:
        """The offsets of a batch of an idempotent producer that is there already."""
        if request.records[0].identity is None:
            return None
        found = [leader.offset_of(each.identity, each.sequence) for each in request.records]
        offsets = [offset for offset in found if offset is not None]
        return offsets if len(offsets) == len(found) else None

    def _wait(
        self, broker: Broker, leader: Replica, request: ProduceRequest, required: int
    ) -> None:
        def answer(error: int) -> None:
            limit.cancel()
            broker.answer(request, self._seams.answer(error))

        waiting = Waiting(required, answer)
        leader.waiting.append(waiting)

        def give_up() -> None:
            if waiting in leader.waiting:
                leader.waiting.remove(waiting)
                broker.post(lambda: broker.answer(request, KafkaError.REQUEST_TIMED_OUT))

        limit = self._clock.call_after(REQUEST_LIMIT_S, give_up)

    def _wake(self, log: Log) -> None:
        for number in self._partitions[log].replicas:
            follower = self._brokers[number].replicas.get(log)
            if follower is not None and not follower.leads and (log, number) not in self._fetching:
                self._fetching.add((log, number))
                delay_s = self._random.uniform(*FETCH_S)
                self._clock.call_after(delay_s, partial(self._fetch, log, number))

    def _fetch(self, log: Log, number: int) -> None:
        self._fetching.discard((log, number))
        follower = self._brokers[number].replicas.get(log)
        leader = self._source(follower) if follower else None
        if follower is None or leader is None or log not in self._partitions:
            return
        mark = leader.high_watermark
        follower.follow(leader)
        follower.high_watermark = min(mark, follower.end)
        leader.follower_ends[number] = follower.end
        leader.caught_up_ns[number] = self._clock.now_ns()
        self._advance(leader)
        if number not in leader.isr and follower.end >= leader.high_watermark and self.controller:
            self.controller.change_isr(log, leader.broker, (*leader.isr, number))

    def _source(self, follower: Replica) -> Replica | None:
        """The leader that a follower can fetch from now."""
        if follower.leader is None or follower.leader == follower.broker:
            return None
        here, there = self._brokers[follower.broker], self._brokers[follower.leader]
        if not (here.active and there.active and self._links.works(here.name, there.name)):
            return None
        leader = there.replicas.get(follower.log)
        agrees = leader is not None and leader.leads and leader.epoch == follower.epoch
        return leader if agrees else None

    def _advance(self, leader: Replica) -> None:
        if len(leader.isr) < self._partitions[leader.log].min_in_sync:
            return
        ends = leader.follower_ends
        mark = min(
            leader.end if number == leader.broker else ends.get(number, -1) for number in leader.isr
        )
        if mark > leader.high_watermark:
            leader.raise_mark(mark, self._clock.now_ns())
            # Followers hear of the new mark with their next fetch only.
            self._wake(leader.log)

    def _note_contact(self, leader: Replica, end_before: int) -> None:
        """Remember when followers that had everything fetched last: from then on they lag."""
        for number in leader.isr:
            if leader.follower_ends.get(number) == end_before:
                leader.caught_up_ns[number] = self._last_contact_ns(leader.broker, number)

    def _last_contact_ns(self, leader: int, follower: int) -> int:
        here, there = self._brokers[leader], self._brokers[follower]
        apart = (there.unable_since_ns, self._links.cut_since_ns(here.name, there.name))
        return min([self._clock.now_ns(), *(since for since in apart if since is not None)])

    def _check_lag(self) -> None:
        self._clock.call_after(self._lag_limit_s / 2, self._check_lag)
        oldest_ns = self._clock.now_ns() - int(self._lag_limit_s * NS_PER_S)
        for broker in self._brokers.values():
            leaders = [each for each in broker.replicas.values() if each.leads]
            for leader in leaders if broker.active else ():
                lagging = [
                    number
                    for number in leader.isr
                    if number != broker.number
                    and leader.follower_ends.get(number, -1) < leader.end
                    and leader.caught_up_ns.get(number, 0) < oldest_ns
                ]
                if lagging and self.controller:
                    left = tuple(number for number in leader.isr if number not in lagging)
                    self.controller.change_isr(leader.log, broker.number, left)
