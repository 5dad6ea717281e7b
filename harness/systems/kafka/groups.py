"""Administration of consumer groups: what a group is, where it stands, and setting where it stands.

Questions and changes go through the client's own administration, over the client links, as those of
an operator would. `earliest`, `latest` and a time are asked of the leaders of the logs.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from harness.kit.errors import HarnessError
from harness.model.ports.groups import GroupMember, GroupState, LogPlace, Moment
from harness.systems.kafka.errors import name_of

REQUEST_LIMIT_S = 5.0


class GroupClients:
    """Implements `model.ports.Groups`.

    Args:
        admin: gives the client to ask with; made when it is first needed.
    """

    def __init__(self, admin: Callable[[], AdminClient]) -> None:
        self._admin = admin

    def states(self) -> Mapping[str, str]:
        """The state of every group of the cluster, in order of name.

        Raises:
            KafkaException: a broker does not answer, so that groups would be missing.
        """
        found = self._admin().list_consumer_groups(request_timeout=REQUEST_LIMIT_S).result()
        if found.errors:
            raise found.errors[0]
        return dict(sorted((each.group_id, each.state.name.lower()) for each in found.valid))

    def describe(self, group: str) -> GroupState:
        """The group as its coordinator sees it now; state `dead` when it knows none of that name.

        Raises:
            KafkaException: no coordinator answers.
        """
        asked = self._admin().describe_consumer_groups([group], request_timeout=REQUEST_LIMIT_S)
        found: Any = asked[group].result()
        return GroupState(
            state=found.state.name.lower(),
            coordinator=found.coordinator.id,
            strategy=found.partition_assignor,
            members=tuple(
                GroupMember(
                    client=member.client_id,
                    member=member.member_id,
                    instance=member.group_instance_id or "",
                    logs=tuple(
                        sorted((e.topic, e.partition) for e in member.assignment.topic_partitions)
                    ),
                )
                for member in sorted(found.members, key=lambda each: str(each.client_id))
            ),
        )

    def committed(self, group: str) -> Mapping[LogPlace, int]:
        """The next offset to read of every log of which the group has committed one.

        Raises:
            KafkaException: no coordinator answers.
        """
        asked = self._admin().list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)], request_timeout=REQUEST_LIMIT_S
        )
        found = asked[group].result().topic_partitions
        return {(e.topic, e.partition): int(e.offset) for e in found if e.offset >= 0}

    def set_committed(self, group: str, offsets: Mapping[LogPlace, int]) -> None:
        """Let the group go on from `offsets`; it must have no members.

        Raises:
            HarnessError: the coordinator refuses; says why.
            KafkaException: no coordinator answers.
        """
        wanted = [TopicPartition(*log, offset) for log, offset in offsets.items()]
        asked = self._admin().alter_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, wanted)], request_timeout=REQUEST_LIMIT_S
        )
        for each in asked[group].result().topic_partitions:
            if each.error is not None:
                raise HarnessError(
                    f"cannot reset group {group}: {name_of(each.error)}; it is reset only while "
                    "it has no members"
                )

    def offsets_at(self, logs: Iterable[LogPlace], moment: Moment) -> Mapping[LogPlace, int]:
        """The offset of every log at `moment`; where a log has no record so late, its end.

        Raises:
            KafkaException: a leader does not answer.
        """
        found = self._ask(logs, _spec(moment))
        late = [log for log, offset in found.items() if offset < 0]
        return found | (self._ask(late, _spec("latest")) if late else {})

    def _ask(self, logs: Iterable[LogPlace], spec: OffsetSpec) -> dict[LogPlace, int]:
        asked = self._admin().list_offsets(
            {TopicPartition(*log): spec for log in logs}, request_timeout=REQUEST_LIMIT_S
        )
        return {(e.topic, e.partition): int(f.result().offset) for e, f in asked.items()}


def _spec(moment: Moment) -> Any:  # noqa: ANN401 - of an untyped class
    match moment:
        case "earliest":
            return OffsetSpec.earliest()  # type: ignore[no-untyped-call]
        case "latest":
            return OffsetSpec.latest()  # type: ignore[no-untyped-call]
        case int():
            return OffsetSpec.for_timestamp(moment)
