"""A consumer: a member of a group, or a reader with partitions assigned by hand.

A member can be told to hang, as an application does: it goes on holding what it was
handed, neither handles nor polls, and its client alone keeps it in the group as long as it may. It
can be told to leave, and to come back as a process of its own.
"""

from collections.abc import Sequence
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from harness.history.history import NOTHING
from harness.model.defaults.dialects import READER
from harness.model.ports.clients import Consumer, Message
from harness.model.ports.groups import MemberState
from harness.model.value import Settings
from harness.model.workload import Consumers
from harness.systems.kafka.errors import name_of
from harness.systems.kafka.group_metadata import generation_of
from harness.workloads.consuming import ReadLog
from harness.workloads.stalling import Stalling
from harness.workloads.worker import IDLE_S
from harness.workloads.workplace import Workplace

POLL_S = 0.1


class ConsumerWorker:
    """One consumer of a kind.

    Args:
        number: which of its kind it is, from 0.
        topic: the topic's real name.
        partitions: how many it has; readers share them round robin.
        group: the group's real name.
    """

    def __init__(
        self,
        spec: Consumers,
        number: int,
        topic: str,
        partitions: int,
        workplace: Workplace,
        *,
        group: str,
    ) -> None:
        self.name = f"{spec.name}-{number}"
        self.kind = spec.name
        self.topic = spec.topic
        self.wanted: MemberState = "away" if spec.late else "polling"
        """What it is to be; it is that from its next step on."""
        self.state: MemberState = self.wanted
        self._spec = spec
        self._number = number
        self._real_topic = topic
        self._partitions = partitions
        self._group = group
        self._kafka = workplace.kafka
        self._journal = workplace.journal
        self._clock = workplace.clock
        self.newest_ms = 0
        """The latest time of a record that it was handed, by the wall clock of who wrote it."""
        self.reads = 0
        """Records that it was done with, over all its lives."""
        self._position: dict[int, int] = {}
        self._hand: Sequence[Message] = ()
        self._stall: Stalling | None = None
        self._client: Consumer
        self._log: ReadLog
        if not spec.late:
            self._join()

    @property
    def position(self) -> dict[int, int]:
        """The next offset of every log that it has read and is done with."""
        return self._position

    @property
    def halted(self) -> set[int]:
        """Logs of which nothing more comes: what it should read next is gone, and it says so."""
        return set() if self.state == "away" else self._log.halted

    def sends_ended(self) -> None:
        """Nobody sends any more: what stood still goes on with its next step."""
        if self._stall is not None:
            self._stall.may_end = True

    def step(self) -> float:
        """Poll once, and handle what came; or be what it is told to be."""
        if self.wanted == "away":
            return self._away()
        if self.state == "away":
            self._join()
        if not self._hand:
            self._poll()
        if self.wanted == "hanging" and (self._hand or self.state == "hanging"):
            self.state = "hanging"
            return IDLE_S
        self.state = "polling"
        done = bool(self._hand)
        self._handle()
        self._log.flush_when_due()
        # A real poll waits for records by itself; a fake one returns at once.
        return 0.0 if done else 0.001

    def close(self) -> None:
        """Leave the group, or just stop reading."""
        if self.state != "away":
            self._client.close()
            self._log.flush()

    def _away(self) -> float:
        if self.state != "away":
            self.close()
            self._hand = ()
            self.state = "away"
        return IDLE_S

    def _poll(self) -> None:
        if self._stall is not None:
            self._stall.review(self._log.taken)
        began_ns = self._clock.now_ns()
        try:
            messages = self._client.consume(self._spec.batch, POLL_S)
        except KafkaException as problem:
            self._log.operation("poll", began_ns, error=name_of(problem.args[0]))
            messages = ()
        if messages:
            self._log.took("poll", began_ns, messages)
        self._hand = [message for message in messages if message.error() is None]

    def _handle(self) -> None:
        """Be done with what the last poll brought."""
        done = self._hand
        self._hand = ()
        self._position.update(self._log.position)
        self.reads += len(done)
        if not done:
            return
        reached = {(each.topic(), each.partition()): each.offset() + 1 for each in done}
        self.newest_ms = max(self.newest_ms, done[-1].timestamp()[1])
        if self._spec.commit == "application":
            self._commit([TopicPartition(*log, offset) for log, offset in reached.items()])

    def _commit(self, offsets: Sequence[TopicPartition]) -> None:
        began_ns = self._clock.now_ns()
        try:
            written = self._client.commit(offsets=offsets, asynchronous=False)
        except KafkaException as problem:
            self._log.committed(began_ns, offsets, problem.args[0])
        else:
            self._log.committed(began_ns, written, None)

    def _join(self) -> None:
        """Begin to read, as a process of its own."""
        began_ns = self._clock.now_ns()
        member = self._spec.mode == "group"
        group = self._group if member else None
        process = self._journal.process(self.name, "consumer", self.kind, group)
        self._log = ReadLog(
            self._journal, process, {self._real_topic: self._spec.topic}, self._clock
        )
        self._held: set[int] = set()
        self._since_ns = began_ns
        told = self._told if member else None
        self._client = self._kafka.consumer(self._settings(), told)
        if member:
            self._client.subscribe(
                [self._real_topic],
                on_assign=self._assigned,
                on_revoke=self._revoked,
                on_lost=self._revoked,
            )
            self._log.operation("subscribe", began_ns)
        else:
            mine = range(self._number, self._partitions, self._spec.count)
            start = OFFSET_BEGINNING if self._spec.start is None else self._spec.start
            self._client.assign([TopicPartition(self._real_topic, each, start) for each in mine])
            logs = [self._log.log(self._real_topic, each) for each in mine]
            self._log.holds("assign", began_ns, logs)
            if (stall := self._spec.stall) is not None:
                lagging = [each for each in mine if each in stall.partitions]
                self._stall = Stalling(self._client, self._real_topic, lagging, stall.reads)

    def _settings(self) -> Settings:
        by_application = self._spec.commit == "application"
        return {
            "group.id": self._group,
            "client.id": self.name,
            **READER,
            **({"group.instance.id": self.name} if self._spec.static else {}),
            **({"enable.auto.commit": False} if by_application else {}),
            **self._spec.settings,
        }

    def _told(self, error: Any, offsets: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        """The client has committed by itself, at some time since it was given what it holds."""
        self._log.committed(self._since_ns, offsets, error)

    def _assigned(self, client: Any, partitions: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        began_ns = self._clock.now_ns()
        self._held |= {self._log.log(each.topic, each.partition) for each in partitions}
        self._log.holds("assign", began_ns, sorted(self._held), self._generation(client))
        self._since_ns = self._clock.now_ns()

    def _generation(self, client: Any) -> int:  # noqa: ANN401
        """The generation of what it was assigned just now.

        By the consumer protocol it has none: the client takes the epoch from each heartbeat, also
        while it has yet to give up, or to be told, what an earlier epoch assigned.
        """
        if str(self._spec.settings.get("group.protocol", "classic")).lower() == "consumer":
            return NOTHING
        return generation_of(bytes(client.consumer_group_metadata()))

    def _revoked(self, _client: Any, partitions: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        began_ns = self._clock.now_ns()
        lost = {self._log.log(each.topic, each.partition) for each in partitions}
        self._held -= lost
        self._log.holds("revoke", began_ns, sorted(lost))
