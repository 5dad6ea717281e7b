"""A consumer's membership in its group: joining, giving up, taking over."""

from collections.abc import Callable, Mapping
from typing import Protocol

from confluent_kafka import KafkaError, TopicPartition

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.groups import Group, Member
from harness.backends.fake.kafka.record import FakeMessage
from harness.backends.fake.process import Life

MAX_POLL_EXCEEDED = KafkaError._MAX_POLL_EXCEEDED  # noqa: SLF001 - librdkafka's own error


class Subscriber(Protocol):
    """The consumer, as far as its membership needs it."""

    def assign(self, partitions: list[TopicPartition]) -> None: ...  # noqa: D102
    def assignment(self) -> list[TopicPartition]: ...  # noqa: D102
    def commit_if_automatic(self) -> None: ...  # noqa: D102


class Subscription:
    """What a member does on each poll.

    Args:
        session: how long the coordinator waits for a member, and whether it sends heartbeats.
        callbacks: `on_assign`, `on_revoke`, `on_lost` (else as `on_revoke`).
    """

    def __init__(  # noqa: PLR0913 - all but the first three are keyword options
        self,
        consumer: Subscriber,
        cluster: Cluster,
        group: Group,
        *,
        topics: tuple[str, ...],
        number: int,
        client: str,
        poll_limit_s: float,
        session: tuple[float, Life],
        callbacks: Mapping[str, Callable[..., None]],
    ) -> None:
        self._consumer = consumer
        self._cluster = cluster
        self._group = group
        self._on_assign = callbacks.get("on_assign")
        self._on_revoke = callbacks.get("on_revoke")
        self._on_lost = callbacks.get("on_lost", self._on_revoke)
        now = cluster.clock.now_ns()
        session_s, alive = session
        self.member = Member(
            number,
            topics,
            client,
            poll_limit_s,
            polled_ns=now,
            session_s=session_s,
            heard_ns=now,
            alive=alive,
        )
        self.assigned_by_hand = False
        self._known = False

    def attend(self) -> list[FakeMessage]:
        """Do what the group asks for; without a coordinator all goes on as it is."""
        if not self._cluster.coordinates():
            return []
        self._group.evict_idle()
        self.member.polled_ns = self._cluster.clock.now_ns()
        events: list[FakeMessage] = []
        if not self._known:
            self._known = True
            self._group.join(self.member)
        elif self.member.evicted:
            error = KafkaError(MAX_POLL_EXCEEDED)
            events.append(FakeMessage(("", -1), -1, None, error))
            self._rejoin()
        elif not self._group.knows(self.member):
            self._rejoin()
        elif self._group.preparing and not self.member.joined:
            self._consumer.commit_if_automatic()
            self._give_up(self._on_revoke)
            self._group.join(self.member)
        self._group.complete(self._cluster.topics)
        if not self._group.preparing and self.member.generation != self._group.generation:
            self._take_over()
        return events

    def end(self, session_s: float) -> None:
        """Leave; without a coordinator the group finds out when the session ends."""
        self._consumer.commit_if_automatic()
        self._give_up(self._on_revoke)
        if self._cluster.coordinates():
            self._group.leave(self.member)
        else:
            self._cluster.clock.call_after(session_s, lambda: self._group.leave(self.member))

    def _rejoin(self) -> None:
        """Come anew, with nothing, to a group that does not have this member any more."""
        self._give_up(self._on_lost)
        self.member.generation = 0
        self._group.join(self.member)

    def _take_over(self) -> None:
        self.member.generation = self._group.generation
        partitions = [TopicPartition(*log) for log in self.member.assigned]
        self.assigned_by_hand = False
        if self._on_assign is not None:
            self._on_assign(self._consumer, partitions)
        if not self.assigned_by_hand:
            self._consumer.assign(partitions)

    def _give_up(self, callback: Callable[..., None] | None) -> None:
        held = self._consumer.assignment()
        if held and callback is not None:
            callback(self._consumer, held)
        self._consumer.assign([])
