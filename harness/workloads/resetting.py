"""A group is made to stand elsewhere, and asked whether it does."""

from collections.abc import Mapping

from harness.kit.errors import HarnessError
from harness.model.group_ports import Groups, LogPlace


def let_stand(groups: Groups, group: str, offsets: Mapping[LogPlace, int]) -> None:
    """Let a group without members go on from `offsets`.

    Raises:
        HarnessError: its coordinator refuses, or does not say afterwards that it stands there.
        KafkaException: no coordinator answers.
    """
    groups.set_committed(group, offsets)
    stands = groups.committed(group)
    if any(stands.get(log) != offset for log, offset in offsets.items()):
        raise HarnessError(f"group {group} stands at {stands} after a reset to {offsets}")
