"""Sessions with ZooKeeper, and the controller that acts on them."""

from collections.abc import Mapping
from functools import partial
from random import Random

from harness.backends.fake.clock import Timer, VirtualClock
from harness.backends.fake.kafka.broker import Broker
from harness.backends.fake.kafka.partition import Partition
from harness.backends.fake.kafka.record import Log
from harness.backends.fake.kafka.replication import Replication
from harness.backends.fake.links import Links
from harness.backends.fake.process import Process

ZOOKEEPER = "zookeeper"
REGISTER_S = (0.05, 0.3)
"""From the moment when a broker can, until it has a session and the controller knows."""


class Membership:
    """Which brokers have a session, who is controller, and what it decides.

    Args:
        session_s: how long ZooKeeper waits for a broker that it does not hear.
    """

    def __init__(
        self,
        brokers: Mapping[int, Broker],
        partitions: Mapping[Log, Partition],
        links: Links,
        clock: VirtualClock,
        *,
        replication: Replication,
        random: Random,
        session_s: float,
    ) -> None:
        self.zookeeper = Process(ZOOKEEPER)
        self.controller: int | None = min(brokers, default=None)
        self._brokers = brokers
        self._partitions = partitions
        self._links = links
        self._clock = clock
        self._replication = replication
        self._random = random
        self.session_s = session_s
        self._sessions: dict[int, int] = dict.fromkeys(brokers, 1)
        """Brokers with a session → which start of theirs it belongs to."""
        self._expiring: dict[int, Timer] = {}
        self._joining: set[int] = set()
        self.remembers = True
        """Whether what ZooKeeper knows outlives its process."""
        self._forgotten: dict[int, int] = {}
        """Brokers of a cluster that ZooKeeper knew nothing of when it started → their start."""

    def registered(self, number: int) -> bool:
        """Whether the broker has a session, alive or not."""
        return number in self._sessions

    def ready(self, number: int) -> bool:
        """Whether the broker answers and its session is its own."""
        return self._brokers[number].active and self._own_session(number)

    def review(self) -> None:
        """Act on whatever has changed: a process, a link, a session."""
        for broker in self._brokers.values():
            self._review(broker)
        self.reconcile()
        self._replication.wake()

    def forget(self) -> None:
        """Let ZooKeeper begin with nothing, if it keeps nothing."""
        if not self.remembers:
            self._forgotten = {number: each.starts for number, each in self._brokers.items()}

    def leave(self, number: int) -> None:
        """End a broker's session by its own will, if ZooKeeper hears it."""
        if self._heard(self._brokers[number]):
            self._sessions.pop(number, None)
            self.reconcile()

    def change_isr(self, log: Log, leader: int, isr: tuple[int, ...]) -> None:
        """Write the ISR that a leader asks for, if the controller can and knows it as leader."""
        partition = self._partitions[log]
        members = all(number in self._sessions for number in isr)
        if self._acts() and members and partition.leader == leader and self._reaches(leader):
            partition.isr = isr
            partition.version += 1
            self._tell(partition)

    def elect(self, log: Log) -> bool:
        """Let any replica that lives lead `log`; False when it has a leader, or nobody can."""
        partition = self._partitions[log]
        alive = [number for number in partition.replicas if self._heard_member(number)]
        if partition.leader is not None or not alive or not self._acts():
            return False
        self._appoint(partition, alive[0], (alive[0],))
        self._tell(partition)
        return True

    def reconcile(self) -> None:
        """Let the controller elect and tell what follows from the sessions there are."""
        if not self.zookeeper.active:
            return
        if self.controller not in self._sessions:
            self.controller = next((n for n in self._brokers if self._heard_member(n)), None)
        if self._acts():
            for partition in self._partitions.values():
                self._settle(partition)
                self._tell(partition)

    def _review(self, broker: Broker) -> None:
        number = broker.number
        if not self.zookeeper.active:
            # Nobody counts the time of a session while ZooKeeper is away.
            timer = self._expiring.pop(number, None)
            if timer:
                timer.cancel()
        elif not self._heard(broker):
            if number in self._sessions and number not in self._expiring:
                timer = self._clock.call_after(self.session_s, lambda: self._expire(number))
                self._expiring[number] = timer
        elif self._own_session(number):
            timer = self._expiring.pop(number, None)
            if timer:
                timer.cancel()
        elif number not in self._joining:
            self._joining.add(number)
            self._clock.call_after(
                self._random.uniform(*REGISTER_S), lambda: self._register(broker)
            )

    def _expire(self, number: int) -> None:
        self._expiring.pop(number, None)
        self._sessions.pop(number, None)
        # A frozen broker whose session ended in the meantime takes up a new one when it is back.
        self.review()

    def _register(self, broker: Broker) -> None:
        self._joining.discard(broker.number)
        if self._forgotten.get(broker.number, broker.starts) != broker.starts:
            broker.kill()  # its disk is of another cluster than the one that it finds
        if self._heard(broker):
            # A broker that came back before its old session ended has bounced: it leaves first.
            timer = self._expiring.pop(broker.number, None)
            if timer:
                timer.cancel()
            if self._sessions.pop(broker.number, None):
                self.reconcile()
            self._sessions[broker.number] = broker.starts
            broker.told.clear()
        self.review()

    def _heard(self, broker: Broker) -> bool:
        links = self._links.works(broker.name, ZOOKEEPER)
        return broker.active and self.zookeeper.active and links

    def _own_session(self, number: int) -> bool:
        """Whether the session is that of the process, not of one that died before it."""
        return self._sessions.get(number) == self._brokers[number].starts

    def _heard_member(self, number: int) -> bool:
        return self._own_session(number) and self._heard(self._brokers[number])

    def _acts(self) -> bool:
        # A controller elected of a ZooKeeper that has forgotten all knows of no partition.
        if self.controller is None or self._forgotten:
            return False
        return self._heard_member(self.controller)

    def _reaches(self, number: int) -> bool:
        assert self.controller is not None  # noqa: S101 - asked only while there is one
        if number == self.controller:
            return True
        return self._links.works(self._brokers[self.controller].name, self._brokers[number].name)

    def _settle(self, partition: Partition) -> None:
        """Take the dead out of the ISR and elect a leader if there is none, by Kafka's rules."""
        alive = [number for number in partition.replicas if number in self._sessions]
        in_sync = tuple(number for number in partition.isr if number in alive)
        # The last in-sync replica stays in the ISR when it dies: it alone has everything.
        leader, isr = partition.leader, in_sync or partition.isr
        if leader not in alive:
            leader = next((number for number in alive if number in in_sync), None)
            if leader is None and partition.unclean_election and alive:
                leader, isr = alive[0], (alive[0],)
        self._appoint(partition, leader, isr)

    def _appoint(self, partition: Partition, leader: int | None, isr: tuple[int, ...]) -> None:
        if leader != partition.leader:
            partition.epoch += 1
        if (leader, isr) != (partition.leader, partition.isr):
            partition.leader, partition.isr = leader, isr
            partition.version += 1

    def _tell(self, partition: Partition) -> None:
        news = (partition.version, partition.leader, partition.epoch, partition.isr)
        for number in partition.replicas:
            broker = self._brokers[number]
            known = broker.told.get(partition.log)
            member = self._own_session(number) and self._reaches(number)
            if member and known != partition.version:
                broker.told[partition.log] = partition.version
                broker.post(partial(self._learn, broker, partition.log, *news))

    def _learn(
        self,
        broker: Broker,
        log: Log,
        version: int,
        leader: int | None,
        epoch: int,
        isr: tuple[int, ...],
    ) -> None:
        """A broker hears from the controller about one partition."""
        if log not in self._partitions:
            return
        replica = broker.replica(log)
        if not replica.take_role(version=version, leader=leader, epoch=epoch, isr=isr):
            return
        if replica.leads:
            self._replication.lead(replica)
        else:
            self._replication.resign(replica)
