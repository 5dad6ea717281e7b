"""A Kafka cluster as it describes itself."""

from harness.model.value import Value


class PartitionState(Value, frozen=True, kw_only=True):
    """One partition as the cluster describes it now."""

    partition: int
    leader: int | None
    isr: tuple[int, ...]
    replicas: tuple[int, ...]
