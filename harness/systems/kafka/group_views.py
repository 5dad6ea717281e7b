"""Groups as an observer sees them, asked over the harness's own links."""

from collections.abc import Iterable, Mapping

from harness.model.ports.groups import GroupState, LogPlace
from harness.systems.kafka import wire, wire_groups


class GroupViews:
    """Implements `model.ports.GroupViews`.

    Args:
        brokers: where the harness's own questions reach each broker, by broker id.
        both_protocols: whether a group may be one by the consumer protocol of KIP-848.
    """

    LIMIT_S = 1.0

    def __init__(
        self, brokers: Mapping[int, wire.Address], *, both_protocols: bool = False
    ) -> None:
        self._brokers = brokers
        self._both = both_protocols

    def state(self, group: str) -> GroupState | None:
        """The group as its coordinator sees it; None while nobody is that."""
        return wire_groups.group_state(self._brokers, group, limit_s=self.LIMIT_S, both=self._both)

    def committed(self, group: str) -> Mapping[LogPlace, int] | None:
        """What the group has committed; None while nobody coordinates it."""
        return wire_groups.committed(self._brokers, group, limit_s=self.LIMIT_S)

    def ends(self, logs: Iterable[LogPlace]) -> Mapping[LogPlace, int]:
        """The high watermark of each log that has a leader."""
        return wire_groups.ends(self._brokers, logs, limit_s=self.LIMIT_S)
