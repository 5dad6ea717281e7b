"""Administration of the groups of a fake cluster."""

from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaError, KafkaException

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.record import Log
from harness.kit.errors import HarnessError
from harness.model.ports.groups import GroupMember, GroupState, Moment
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC


class FakeGroups:
    """Implements `model.ports.Groups`, and `GroupViews` as well."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def states(self) -> Mapping[str, str]:
        """The state of every group of the cluster, in order of name."""
        return {name: self.describe(name).state for name in self._cluster.group_names}

    def describe(self, group: str) -> GroupState:
        """The group as its coordinator sees it now."""
        coordinator = self._coordinator()
        if group not in self._cluster.group_names:
            return GroupState(state="dead", coordinator=coordinator)
        known = self._cluster.group(group)
        members = tuple(
            GroupMember(
                client=member.client, member=str(member.number), logs=tuple(sorted(member.assigned))
            )
            for member in known.members
        )
        full = "preparing_rebalancing" if known.preparing else "stable"
        state = full if members else "empty"
        return GroupState(state=state, coordinator=coordinator, strategy="range", members=members)

    def committed(self, group: str) -> Mapping[Log, int]:
        """The next offset to read of every log of which the group has committed one."""
        self._coordinator()
        return dict(self._cluster.group(group).offsets)

    def state(self, group: str) -> GroupState | None:
        """The group as its coordinator sees it; None while nobody is that."""
        return self.describe(group) if self._cluster.coordinates() else None

    def ends(self, logs: Iterable[Log]) -> Mapping[Log, int]:
        """The high watermark of each log that has a leader."""
        leaders = {log: self._cluster.readable(log) for log in logs}
        return {log: each.high_watermark for log, each in leaders.items() if each is not None}

    def set_committed(self, group: str, offsets: Mapping[Log, int]) -> None:
        """Let a group without members go on from `offsets`."""
        self._coordinator()
        known = self._cluster.group(group)
        if not known.empty:
            raise HarnessError(f"cannot reset group {group}: it has members")
        self._cluster.write_offsets(known, offsets.items())

    def offsets_at(self, logs: Iterable[Log], moment: Moment) -> Mapping[Log, int]:
        """The offset of every log at `moment`; where a log has no record so late, its end."""
        return {log: self._offset_at(log, moment) for log in logs}

    def _offset_at(self, log: Log, moment: Moment) -> int:
        leader = self._cluster.readable(log)
        if leader is None:
            raise KafkaException(KafkaError(KafkaError.LEADER_NOT_AVAILABLE))
        match moment:
            case "earliest":
                return self._cluster.partitions[log].start
            case "latest":
                return leader.high_watermark
            case int():
                shown = enumerate(leader.records[: leader.high_watermark])
                later = (offset for offset, record in shown if record.timestamp_ms >= moment)
                return next(later, leader.high_watermark)

    def _coordinator(self) -> int:
        """The broker that answers for groups."""
        if not self._cluster.coordinates():
            raise KafkaException(KafkaError(KafkaError.COORDINATOR_NOT_AVAILABLE))
        leader = self._cluster.partitions[OFFSETS_TOPIC, 0].leader
        assert leader is not None  # noqa: S101 - it answers
        return leader
