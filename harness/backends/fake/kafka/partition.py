"""A partition as ZooKeeper and the controller know it."""

from dataclasses import dataclass, field

from harness.backends.fake.kafka.record import Log
from harness.model.ports.kafka import PartitionState


@dataclass(slots=True)
class Partition:
    """Who leads, who is in sync; `version` grows with every change."""

    log: Log
    replicas: tuple[int, ...]
    leader: int | None
    isr: tuple[int, ...]
    min_in_sync: int
    """Effective: never more than there are replicas."""
    unclean_election: bool
    epoch: int = 1
    version: int = 1
    removed: set[int] = field(default_factory=set)
    """Offsets whose records the cleaner has removed."""
    start: int = 0
    """Retention has removed every offset below this."""

    @property
    def state(self) -> PartitionState:
        """The partition as `describe` shows it."""
        return PartitionState(
            partition=self.log[1], leader=self.leader, isr=self.isr, replicas=self.replicas
        )
