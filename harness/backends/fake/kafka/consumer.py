"""A consumer with librdkafka's behaviour: positions, polls, offsets to commit."""

from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import (
    OFFSET_INVALID,
    OFFSET_STORED,
    KafkaError,
    KafkaException,
    TopicPartition,
)

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.groups import GroupMetadata
from harness.backends.fake.kafka.position import Position, named
from harness.backends.fake.kafka.record import FakeMessage, Log
from harness.backends.fake.kafka.settings import ClientSettings
from harness.backends.fake.kafka.subscription import Subscription
from harness.backends.fake.process import Life
from harness.backends.fake.seams import Reader
from harness.kit.errors import UsageError
from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S
from harness.model.ports.groups import OnCommit
from harness.model.value import Settings

FETCH_WAIT_S = (0.002, 0.02)
"""A reader that has everything looks again after so long."""
WAIT_COORDINATOR = KafkaError._WAIT_COORD  # noqa: SLF001 - librdkafka's own error
NO_OFFSET = KafkaError._NO_OFFSET  # noqa: SLF001 - librdkafka's own error


class FakeConsumer:
    """Stands in for `confluent_kafka.Consumer`; never waits."""

    def __init__(
        self,
        settings: Settings,
        cluster: Cluster,
        alive: Life = lambda: True,
        on_commit: OnCommit | None = None,
        caller: str | None = None,
    ) -> None:
        self._settings = ClientSettings(settings)
        if not self._settings.text("group.id"):
            raise UsageError("group.id must be configured")
        self._cluster, self._caller = cluster, caller
        self._on_commit = on_commit
        self._clock = cluster.clock
        self._number = next(cluster.clients)
        self._random = stream(cluster.seed, f"consumer-{self._number}")
        self._group = cluster.group(self._settings.text("group.id"))
        self._reset = self._settings.text("auto.offset.reset")
        self._tells_end = self._settings.flag("enable.partition.eof")
        self._committed = self._settings.text("isolation.level") == "read_committed"
        self._stores = self._settings.flag("enable.auto.offset.store")
        self._positions: dict[Log, Position] = {}
        self._subscription: Subscription | None = None
        self._next_fetch_ns = 0
        self._turn = 0
        self._closed = False
        self._alive = alive
        if self._settings.flag("enable.auto.commit"):
            self._commit_later()

    def subscribe(self, topics: Sequence[str], **callbacks: Callable[..., None]) -> None:
        """Become a member of the group.

        Args:
            topics: what to read, shared with the other members.
            callbacks: `on_assign`, `on_revoke`, `on_lost`; called from inside `consume`.
        """
        self._require_open()
        self._subscription = Subscription(
            self,
            self._cluster,
            self._group,
            topics=tuple(topics),
            number=self._number,
            client=self._settings.text("client.id"),
            poll_limit_s=self._settings.seconds("max.poll.interval.ms"),
            session=(self._settings.seconds("session.timeout.ms"), self._alive),
            callbacks=callbacks,
        )

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Read these partitions, from the offset in each."""
        self._require_open()
        logs = [(each.topic, each.partition) for each in partitions]
        self._positions = {
            log: Position(log, each.offset, self._reset)
            for log, each in zip(logs, partitions, strict=True)
        }
        self._next_fetch_ns = 0
        if self._subscription is not None:
            self._subscription.assigned_by_hand = True

    def pause(self, partitions: list[TopicPartition]) -> None:
        """Take nothing more of these partitions."""
        self._set_paused(partitions, paused=True)

    def resume(self, partitions: list[TopicPartition]) -> None:
        """Take of them again, from where it stood."""
        self._set_paused(partitions, paused=False)

    def _set_paused(self, partitions: list[TopicPartition], *, paused: bool) -> None:
        self._require_open()
        for each in partitions:
            self._positions[each.topic, each.partition].paused = paused

    def unassign(self) -> None:
        """Read nothing."""
        self.assign([])

    def assignment(self) -> list[TopicPartition]:
        """What is read."""
        return [TopicPartition(*log) for log in self._positions]

    def consume(self, num_messages: int = 1, timeout: float = -1) -> list[FakeMessage]:  # noqa: ARG002
        """Take what is there, up to `num_messages`, and serve callbacks."""
        self._require_open()
        now = self._clock.now_ns()
        if now < self._next_fetch_ns:
            return []
        events = self._subscription.attend() if self._subscription is not None else []
        messages = self._fetch(num_messages - len(events))
        if len(messages) < num_messages:
            wait_s = self._random.uniform(*FETCH_WAIT_S)
            self._next_fetch_ns = now + int(wait_s * NS_PER_S)
        return events + messages

    def poll(self, timeout: float = -1) -> FakeMessage | None:
        """Take one message if one is there."""
        return next(iter(self.consume(1, timeout)), None)

    def store_offsets(
        self, message: FakeMessage | None = None, offsets: Sequence[TopicPartition] | None = None
    ) -> None:
        """Remember what to commit next."""
        for log, offset in named(message, offsets):
            if log in self._positions:
                self._positions[log].stored = offset

    def commit(self, **options: Any) -> list[TopicPartition] | None:  # noqa: ANN401 - as the real one
        """Commit what is stored.

        Args:
            options: `message` or `offsets` to commit instead; `asynchronous` (true unless given)
                tells nobody how it went.

        Raises:
            KafkaException: nothing to commit, no coordinator, or no longer a member.
        """
        self._require_open()
        message, offsets = options.get("message"), options.get("offsets")
        committed = named(message, offsets) if message or offsets is not None else self._stored()
        error = self._commit(committed) if committed else NO_OFFSET
        if options.get("asynchronous", True):
            return None
        if error:
            raise KafkaException(KafkaError(error))
        return [TopicPartition(*log, offset) for log, offset in committed]

    def committed(
        self,
        partitions: Sequence[TopicPartition],
        timeout: float = -1,  # noqa: ARG002
    ) -> list[TopicPartition]:
        """What the group has committed; OFFSET_INVALID where nothing.

        Raises:
            KafkaException: no coordinator answers.
        """
        if not self._cluster.coordinates():
            raise KafkaException(KafkaError(WAIT_COORDINATOR))
        offsets = self._group.offsets
        logs = [(each.topic, each.partition) for each in partitions]
        return [TopicPartition(*log, offsets.get(log, OFFSET_INVALID)) for log in logs]

    def position(self, partitions: Sequence[TopicPartition]) -> list[TopicPartition]:
        """The next offset of each partition that was read from, else OFFSET_INVALID."""
        known = {log: at.offset for log, at in self._positions.items() if at.read_epoch is not None}
        logs = [(each.topic, each.partition) for each in partitions]
        return [TopicPartition(*log, known.get(log, OFFSET_INVALID)) for log in logs]

    def consumer_group_metadata(self) -> GroupMetadata:
        """Who it is now, for a transaction that commits its offsets."""
        member = self._subscription.member if self._subscription is not None else None
        return GroupMetadata(self._group, member, member.generation if member else 0)

    def close(self) -> None:
        """Commit what is stored if that is automatic, leave the group, and read no more."""
        if self._closed:
            return
        if self._subscription is not None:
            self._subscription.end(self._settings.seconds("session.timeout.ms"))
        elif self._settings.flag("enable.auto.commit"):
            self._commit_stored()
        self._positions = {}
        self._closed = True

    def commit_if_automatic(self) -> None:
        """Commit what is stored, before partitions are given up."""
        if self._settings.flag("enable.auto.commit"):
            self._commit_stored()

    def _fetch(self, limit: int) -> list[FakeMessage]:
        """Read the assigned logs in turn, so that none is starved."""
        logs = list(self._positions)
        self._turn += 1
        messages: list[FakeMessage] = []
        for place in range(len(logs)):
            if len(messages) >= limit:
                break
            position = self._positions[logs[(place + self._turn) % len(logs)]]
            messages += self._fetch_log(position, limit - len(messages))
        return messages

    def _fetch_log(self, position: Position, limit: int) -> list[FakeMessage]:
        leader = self._cluster.readable(position.log, self._caller)
        if leader is None or position.paused or not self._looked_up(position):
            return []
        delay_ms = self._cluster.links.delay_ms(f"broker-{leader.broker}")
        sees_ns = self._clock.now_ns() - delay_ms * 1_000_000
        mark = leader.mark_at(sees_ns) if delay_ms else leader.high_watermark
        visible = self._cluster.seams.visible(leader, mark)
        if self._committed:
            visible = self._cluster.seams.stable(leader, visible)
        partition = self._cluster.partitions[position.log]
        messages = position.read(leader, partition, visible, limit, committed=self._committed)
        if messages and messages[0].error() is None:
            if self._stores:
                position.stored = position.offset
            reader = Reader(self._number, self._group.name, member=self._subscription is not None)
            messages = self._cluster.seams.hand_out(reader, position.log, messages)
        if self._tells_end and len(messages) < limit:
            end = position.at_end(visible)
            messages = [*messages, end] if end is not None else messages
        return messages

    def _looked_up(self, position: Position) -> bool:
        """Whether it is known where to begin: what the group committed, unless told otherwise."""
        if position.offset not in {OFFSET_INVALID, OFFSET_STORED}:
            return True
        if not self._cluster.coordinates():
            return False
        if self._committed and self._group.pending[position.log]:
            return False  # as UNSTABLE_OFFSET_COMMIT, which the client takes for "ask again"
        committed = self._group.offsets.get(position.log, OFFSET_INVALID)
        position.offset = self._cluster.seams.resume(position.log, committed)
        return True

    def _stored(self) -> list[tuple[Log, int]]:
        """What is stored and not yet committed."""
        return [
            (log, at.stored)
            for log, at in self._positions.items()
            if at.stored is not None and at.stored != self._group.offsets.get(log)
        ]

    def _commit(self, offsets: Sequence[tuple[Log, int]]) -> int:
        """Commit; 0, or why it could not be done."""
        if not self._cluster.coordinates():
            return WAIT_COORDINATOR
        member = self._subscription.member if self._subscription is not None else None
        if not self._group.accepts(member):
            return KafkaError.ILLEGAL_GENERATION if member else KafkaError.UNKNOWN_MEMBER_ID
        self._cluster.write_offsets(self._group, offsets)
        return 0

    def _commit_stored(self) -> None:
        """Commit what is stored, and tell whoever wants to know."""
        offsets = self._stored()
        if not offsets:
            return
        error = self._commit(offsets)
        if self._on_commit is not None:
            told = [TopicPartition(*log, offset) for log, offset in offsets]
            self._on_commit(KafkaError(error) if error else None, told)

    def _commit_later(self) -> None:
        interval_s = self._settings.seconds("auto.commit.interval.ms")
        self._clock.call_after(interval_s, self._commit_automatically)

    def _commit_automatically(self) -> None:
        if not self._closed:
            if self._alive():
                self._commit_stored()
            self._commit_later()

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError("Consumer closed")
