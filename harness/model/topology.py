"""What a stack consists of: the one value that containers and the compose file come from."""

import hashlib

import msgspec

from harness.model.value import Settings, Value


class Topology(Value, frozen=True, kw_only=True):
    """A stack to run scenarios on.

    Two scenarios with equal topologies may share one warm stack.
    """

    brokers: int = 3
    kafka_version: str | None = None
    """Another version than the pinned one; None is the pinned one."""
    broker_settings: Settings = {}
    """Laid over the harness's own broker settings, by Kafka's names."""

    @property
    def broker_names(self) -> tuple[str, ...]:
        """`broker-1` to `broker-N`; broker N has `broker.id` N."""
        return tuple(f"broker-{number}" for number in range(1, self.brokers + 1))

    @property
    def digest(self) -> str:
        """Twelve hex digits that differ when anything about the topology does."""
        data = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(data).hexdigest()[:12]
