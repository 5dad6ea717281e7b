"""What all workers of topics are given."""

from dataclasses import dataclass

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.model.ports.kafka import Kafka


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where the workers of a run work, and whoever reads for it in the end."""

    kafka: Kafka
    journal: Journal
    """Where everything is recorded."""
    clock: Clock
    """Whose time counts."""
