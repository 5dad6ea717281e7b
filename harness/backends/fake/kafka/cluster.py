"""A cluster: brokers, ZooKeeper, topics, links, wired together on one virtual clock."""

import itertools
from collections.abc import Iterable, Mapping

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.kafka.broker import Broker
from harness.backends.fake.kafka.groups import Group
from harness.backends.fake.kafka.membership import ZOOKEEPER, Membership
from harness.backends.fake.kafka.partition import Partition
from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.kafka.replication import Replication
from harness.backends.fake.kafka.transactions import Transactions
from harness.backends.fake.links import Links
from harness.backends.fake.process import Process
from harness.backends.fake.seams import Seams
from harness.checkers.permissions.transactions import SCAN_SETTING
from harness.kit.errors import HarnessError, UsageError
from harness.kit.rng import stream
from harness.model.defaults.brokers import broker_settings, topic_settings
from harness.model.defaults.sessions import granted_ms, keeps_in_memory
from harness.model.topology import Topology
from harness.model.value import Scalar, Settings
from harness.model.workload import Topic
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC, Entry, entry_of, record_of
from harness.systems.kafka.service import baseline
from harness.systems.kafka.wire_transactions import TRANSACTIONS_TOPIC

WRITEBACK_MS = 30_000
"""After so long the kernel writes by itself what nobody has synced."""
BYTES_OF_A_CHECKPOINT = 100
EPOCH_MS = 1_700_000_000_000
"""The wall clock of a fake stack begins here."""


class Cluster:
    """All state of a fake stack.

    Args:
        topology: how many brokers, and their settings.
        seed: all chance in the cluster (latencies, placement) comes from it.
        seams: where planted bugs step in.
    """

    def __init__(self, topology: Topology, *, seed: int, seams: Seams) -> None:
        self.clock = VirtualClock()
        self.seed = seed
        self.seams = seams
        self._topology = topology
        self.settings: Settings = {**baseline(topology), **broker_settings(topology)}
        self.links = Links(self.clock)
        numbers = range(1, topology.brokers + 1)
        self.brokers = {n: Broker(n, self.clock, self._reviewed) for n in numbers}
        self.topics: dict[str, int] = {}
        """Topics → number of partitions."""
        self._own_settings: dict[str, Settings] = {}
        self.partitions: dict[Log, Partition] = {}
        self.clients = itertools.count(1)
        self._groups: dict[str, Group] = {}
        self._placements = itertools.count(
            stream(seed, "placement").randrange(max(1, len(numbers)))
        )
        self.replication = Replication(
            self.brokers,
            self.partitions,
            self.links,
            self.clock,
            seams=seams,
            random=stream(seed, "replication"),
            lag_limit_s=float(self.settings["replica.lag.time.max.ms"]) / 1e3,
        )
        self.membership = Membership(
            self.brokers,
            self.partitions,
            self.links,
            self.clock,
            replication=self.replication,
            random=stream(seed, "membership"),
            session_s=granted_ms(topology) / 1e3,
        )
        self.membership.remembers = not keeps_in_memory(topology)
        self.replication.controller = self.membership
        self.processes: dict[str, Process] = {
            **{broker.name: broker for broker in self.brokers.values()},
            **({ZOOKEEPER: self.membership.zookeeper} if self.brokers else {}),
        }
        self._coordinator: tuple[int, int] | None = None
        """Who loaded the groups last, in which epoch."""
        self.replication.groups = self
        if self.brokers:
            self._create_system(OFFSETS_TOPIC, "offsets.topic.replication.factor", {})
        self.transactions = Transactions(
            self.clock,
            seams,
            readable=self.readable,
            exists=lambda log: log in self.partitions,
            mark=self.replication.mark,
            commit=self._commit,
            scan_s=float(self.settings[SCAN_SETTING]) / 1e3,
        )
        self.replication.transactions = self.transactions

    @property
    def now_ms(self) -> int:
        """The wall clock, for timestamps of records."""
        return EPOCH_MS + self.clock.now_ns() // 1_000_000

    def create(self, topic: Topic) -> None:
        """Create a topic with a leader and a full ISR everywhere.

        Raises:
            HarnessError: the topic is there already.
            UsageError: there are too few brokers.
        """
        if topic.name in self.topics:
            raise HarnessError(f"cannot create topic {topic.name!r}: it is there already")
        alive = self.registered
        if topic.replicas > len(alive):
            counts = f"{topic.replicas} replicas on {len(alive)} brokers"
            raise UsageError(f"cannot create topic {topic.name!r}: {counts}")
        self.topics[topic.name] = 0
        self._own_settings[topic.name] = dict(topic.settings)
        self._add_partitions(topic.name, topic.partitions, topic.replicas)

    def _create_system(self, name: str, factor: str, own: Settings) -> None:
        """Create a topic of a coordinator, with as many replicas as the setting `factor` says."""
        settings: Settings = {"cleanup.policy": "compact", **own}
        self.create(Topic(name=name, replicas=int(self.settings[factor]), settings=settings))

    def grow(self, name: str, total: int) -> None:
        """Let a topic have `total` partitions, as many replicas each as its first has."""
        self._add_partitions(name, total, len(self.partitions[name, 0].replicas))

    def effective(self, name: str) -> Settings:
        """All settings of a topic that decide a promise: its own, its brokers' and Kafka's."""
        return topic_settings(self._topology, self._own_settings[name])

    def settings_of(self, name: str) -> Settings:
        """The settings that a topic has of its own."""
        return self._own_settings[name]

    @property
    def registered(self) -> list[int]:
        """The brokers that are members now."""
        return [number for number in self.brokers if self.membership.registered(number)]

    def _add_partitions(self, name: str, total: int, replicas: int) -> None:
        alive = self.registered
        settings = self.effective(name)
        for number in range(self.topics[name], total):
            first = next(self._placements)
            chosen = tuple(alive[(first + n) % len(alive)] for n in range(replicas))
            self.partitions[name, number] = Partition(
                (name, number),
                chosen,
                leader=chosen[0],
                isr=chosen,
                min_in_sync=min(int(settings["min.insync.replicas"]), replicas),
                unclean_election=_truth(settings["unclean.leader.election.enable"]),
            )
        self.topics[name] = total
        self.membership.reconcile()

    def delete(self, name: str) -> None:
        """Delete a topic and all its logs, if it is there."""
        self._own_settings.pop(name, None)
        for number in range(self.topics.pop(name, 0)):
            del self.partitions[name, number]
            for broker in self.brokers.values():
                broker.replicas.pop((name, number), None)
                broker.told.pop((name, number), None)

    def lose_unsynced(self, number: int) -> int:
        """Take from a broker what is in its page cache only; the bytes of that, roughly.

        The kernel has written out what is older than WRITEBACK_MS, and a topic's `flush.messages`
        may ask for more.
        """
        lost = BYTES_OF_A_CHECKPOINT
        for (name, _), replica in self.brokers[number].replicas.items():
            if name in self.topics and int(self.effective(name)["flush.messages"]) == 1:
                continue
            written = self.now_ms - WRITEBACK_MS
            old = sum(record.timestamp_ms <= written for record in replica.records)
            lost += sum(len(record.value or b"") for record in replica.records[old:])
            replica.truncate(old)
        return lost

    def readable(self, log: Log, caller: str | None = None) -> Replica | None:
        """The leader's copy of `log`, if the leader answers clients, or the one of that name."""
        partition = self.partitions.get(log)
        if partition is None or partition.leader is None:
            return None
        broker = self.brokers[partition.leader]
        replica = broker.replicas.get(log) if broker.active else None
        if caller is not None and not self.links.works(caller, broker.name):
            return None
        return replica if replica is not None and replica.leads else None

    def begin_transactions(self) -> None:
        """Make the topic of the coordinator of transactions, once somebody wants one."""
        if TRANSACTIONS_TOPIC not in self.topics:
            own: Settings = {
                "min.insync.replicas": self.settings["transaction.state.log.min.isr"],
                "unclean.leader.election.enable": False,
            }
            factor = "transaction.state.log.replication.factor"
            self._create_system(TRANSACTIONS_TOPIC, factor, own)

    def group(self, name: str) -> Group:
        """The group of that name, made when there is none."""
        return self._groups.setdefault(name, Group(name, self.clock, self.seams))

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names of all groups; one that a reader only names to have a name is none."""
        return tuple(sorted(name for name, group in self._groups.items() if group.exists))

    def write_offsets(self, group: Group, offsets: Iterable[tuple[Log, int]]) -> None:
        """Let the coordinator, which answers, write what a group has committed."""
        leader = self.readable((OFFSETS_TOPIC, 0))
        assert leader is not None  # noqa: S101 - it answers
        records = []
        for log, offset in offsets:
            for written in self.seams.commit(log, offset):
                group.offsets.pop(log, None)
                if written is not None:
                    group.offsets[log] = written
                records.append(self._entry(group, log, written, leader.epoch))
        self.replication.append(leader, records)

    def forget_offsets(self) -> None:
        """Let the coordinator forget where groups stand that had no members for too long."""
        limit_s = float(self.settings["offsets.retention.minutes"]) * 60
        leader = self.readable((OFFSETS_TOPIC, 0))
        if leader is None:
            return
        for group in self._groups.values():
            if group.offsets and group.empty_s > limit_s:
                gone = [self._entry(group, log, None, leader.epoch) for log in group.offsets]
                group.offsets.clear()
                self.replication.append(leader, gone)

    def load_groups(self, leader: Replica) -> None:
        """Let groups be what the log of a new coordinator says."""
        now = (leader.broker, leader.epoch)
        if leader.log != (OFFSETS_TOPIC, 0) or now == self._coordinator:
            return
        self._coordinator = now
        written: dict[str, dict[Log, int]] = {name: {} for name in self._groups}
        for record in leader.records:
            match entry_of(record.key, record.value):
                case Entry(group, topic, partition, offset):
                    written[group].pop((topic, partition), None)
                    if offset is not None:
                        written[group][topic, partition] = offset
                case _:
                    pass
        for name, offsets in written.items():
            self._groups[name].load(offsets)

    def _entry(self, group: Group, log: Log, offset: int | None, epoch: int) -> Record:
        key, value = record_of(Entry(group.name, *log, offset))
        return Record(key, value, self.now_ms, epoch=epoch)

    def _commit(self, group: Group, offsets: Mapping[Log, int]) -> bool:
        """Write offsets of a committed transaction, if there is a coordinator."""
        if self.coordinates():
            self.write_offsets(group, offsets.items())
            return True
        return False

    def coordinates(self) -> bool:
        """Whether the group coordinator answers and can store what it is told."""
        log = (OFFSETS_TOPIC, 0)
        replica = self.readable(log)
        return replica is not None and len(replica.isr) >= self.partitions[log].min_in_sync

    def _reviewed(self) -> None:
        self.membership.review()


def _truth(value: Scalar) -> bool:
    """A setting that may come as text, as Kafka's do."""
    return value is True or str(value).lower() == "true"
