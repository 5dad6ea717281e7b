"""The small protocols about consumer groups: what observers, administrators and faults ask."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from harness.model.value import Value

LogPlace: TypeAlias = tuple[str, int]
"""A log by the real name of its topic, and its partition."""

Moment: TypeAlias = Literal["earliest", "latest"] | int
"""A place in a log: its start, its end, or its first record of that time or later (epoch ms)."""


ResetTo: TypeAlias = Literal["earliest", "latest", "offset", "time"]


class GroupMember(Value, frozen=True, kw_only=True):
    """A member of a group as its coordinator sees it."""

    client: str
    """Its `client.id`."""
    member: str
    """The id that the coordinator gave it."""
    instance: str = ""
    """Its `group.instance.id`; empty for a member that is not static."""
    logs: tuple[LogPlace, ...] = ()
    """What it is assigned."""


class GroupState(Value, frozen=True, kw_only=True):
    """A group as its coordinator sees it now."""

    state: str
    coordinator: int
    """Broker id."""
    strategy: str = ""
    """How partitions are shared."""
    members: tuple[GroupMember, ...] = ()


OnCommit: TypeAlias = Callable[[Any, Sequence[Any]], None]
"""Told an error, or None, and the partitions with their offsets."""

MemberState: TypeAlias = Literal["polling", "hanging", "away"]
"""What a consumer of the traffic does: it may hang with records in hand, or have left."""


class Members(Protocol):
    """Power over the consumers of a run's own traffic, which live in the harness's process."""

    def members_of(self, consumers: str) -> tuple[str, ...]:
        """Names of all consumers of that kind."""

    def tell(self, member: str, wanted: MemberState) -> None:
        """Let it poll, hang with records in its hand, or leave."""

    def state(self, member: str) -> MemberState:
        """What it does now."""

    def reset_group(self, consumers: str, to: ResetTo, value: float) -> str:
        """Let the group of that kind go on from elsewhere; where it stands then, in words.

        `value` is the offset for `offset`, or the nearest that a log has, and for `time` how many
        seconds before the newest record that the group was handed.
        """


class GroupViews(Protocol):
    """Groups as an observer sees them, also while brokers die; asked on the harness's own links."""

    def state(self, group: str) -> GroupState | None:
        """The group as its coordinator sees it; None while nobody is that."""

    def committed(self, group: str) -> Mapping[LogPlace, int] | None:
        """The next offset to read of each log that the group has committed; None as above."""

    def ends(self, logs: Iterable[LogPlace]) -> Mapping[LogPlace, int]:
        """The high watermark of each log that has a leader."""


class Groups(Protocol):
    """Administration of consumer groups."""

    def states(self) -> Mapping[str, str]:
        """The state of every group of the cluster, in order of name."""

    def describe(self, group: str) -> GroupState:
        """The group as its coordinator sees it; raises KafkaException while none answers."""

    def committed(self, group: str) -> Mapping[LogPlace, int]:
        """The next offset to read of every log of which the group has committed one."""

    def set_committed(self, group: str, offsets: Mapping[LogPlace, int]) -> None:
        """Let a group without members go on from `offsets`."""

    def offsets_at(self, logs: Iterable[LogPlace], moment: Moment) -> Mapping[LogPlace, int]:
        """The offset of every log at that moment; where a log has no record so late, its end."""


class HasGroups(Protocol):
    """A Kafka cluster, as far as its consumer groups go."""

    @property
    def groups(self) -> Groups:
        """Administration of its consumer groups."""

    @property
    def group_views(self) -> GroupViews:
        """What observers see of them."""
