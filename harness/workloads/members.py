"""Power over the consumers of a run: let them hang, leave and come back; reset their groups."""

from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaException, TopicPartition

from harness.model.ports.clients import KafkaErrorLike
from harness.model.ports.groups import LogPlace, MemberState, Moment, ResetTo
from harness.workloads.consuming import ReadLog
from harness.workloads.member import ConsumerWorker
from harness.workloads.resetting import Offset, let_stand, places
from harness.workloads.workplace import Workplace


class TrafficMembers:
    """Implements `model.ports.Members`.

    Args:
        consumers: all of the run.
        places: the scenario's name of each topic → its real name, and how many partitions it has.
        groups: the scenario's name of each kind of consumers → the real name of its group.
    """

    def __init__(
        self,
        consumers: Sequence[ConsumerWorker],
        places: Mapping[str, tuple[str, int]],
        groups: Mapping[str, str],
        workplace: Workplace,
    ) -> None:
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._places = places
        self._groups = groups
        self._kafka = workplace.kafka
        self._journal = workplace.journal
        self._clock = workplace.clock

    def members_of(self, consumers: str) -> tuple[str, ...]:
        """Names of all consumers of that kind."""
        return tuple(name for name, each in self._consumers.items() if each.kind == consumers)

    def tell(self, member: str, wanted: MemberState) -> None:
        """Let it poll, hang with records in its hand, or leave."""
        self._consumers[member].wanted = wanted

    def state(self, member: str) -> MemberState:
        """What it does now."""
        return self._consumers[member].state

    def reset_group(self, consumers: str, to: ResetTo, value: float) -> str:
        """Let a group without members go on from elsewhere; where it stands then, in words.

        Raises:
            HarnessError: the coordinator refuses, or it does not stand there afterwards.
        """
        group, admin = self._groups[consumers], self._kafka.groups
        members = [each for each in self._consumers.values() if each.kind == consumers]
        real, partitions = self._places[members[0].topic]
        logs = [(real, partition) for partition in range(partitions)]
        place: Moment | Offset
        match to:
            case "offset":
                place = Offset(int(value))
            case "time":
                place = max(each.newest_ms for each in members) - round(value * 1e3)
            case _:
                place = to
        wanted = places(admin, logs, place)
        began_ns = self._clock.now_ns()
        topic = members[0].topic
        try:
            let_stand(admin, group, wanted)
        except KafkaException as problem:
            # Without an answer it may have been done all the same.
            self._record(consumers, topic, wanted, began_ns, problem.args[0])
            raise
        self._record(consumers, topic, wanted, began_ns)
        return ", ".join(f"{members[0].topic}-{log[1]} at {at}" for log, at in wanted.items())

    def _record(
        self,
        consumers: str,
        topic: str,
        offsets: Mapping[LogPlace, int],
        began_ns: int,
        error: KafkaErrorLike | None = None,
    ) -> None:
        name, group = f"administrator of {consumers}", self._groups[consumers]
        process = self._journal.process(name, "administrator", consumers, group)
        log = ReadLog(self._journal, process, {next(iter(offsets))[0]: topic}, self._clock)
        log.committed(began_ns, [TopicPartition(*at, to) for at, to in offsets.items()], error)
        log.flush()
