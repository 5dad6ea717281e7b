"""A group is made to stand elsewhere: where that is in each log, and whether it stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.kit.errors import HarnessError
from harness.model.ports.groups import Groups, LogPlace, Moment


@dataclass(frozen=True, slots=True)
class Offset:
    """The same offset in every log, or the nearest one that a log has."""

    number: int


def places(
    groups: Groups, logs: Sequence[LogPlace], place: Moment | Offset
) -> Mapping[LogPlace, int]:
    """The offset of every log that `place` means.

    Raises:
        KafkaException: a log has no leader.
    """
    if not isinstance(place, Offset):
        return groups.offsets_at(logs, place)
    starts, ends = groups.offsets_at(logs, "earliest"), groups.offsets_at(logs, "latest")
    return {log: min(max(place.number, starts[log]), ends[log]) for log in logs}


def let_stand(groups: Groups, group: str, offsets: Mapping[LogPlace, int]) -> None:
    """Let a group without members go on from `offsets`.

    Raises:
        HarnessError: its coordinator refuses, or does not say afterwards that it stands there.
        KafkaException: no coordinator answers.
    """
    groups.set_committed(group, offsets)
    stands = groups.committed(group)
    if any(stands.get(log) != offset for log, offset in offsets.items()):
        raise HarnessError(f"group {group} is at {stands} after a reset to {offsets}")
