"""The cluster as roles ask for it: what it says of itself, or a FaultError."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from confluent_kafka import KafkaException

from harness.kit.errors import FaultError
from harness.model.ports.kafka import PartitionState
from harness.model.roles import Role
from harness.model.topology import Topology
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC, partition_of
from harness.systems.kafka.wire_transactions import TRANSACTIONS_TOPIC


class Asked(Protocol):
    """The part of `harness.model.ports.stack.Kafka` that roles need."""

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]: ...  # noqa: D102
    def controller(self) -> int | None: ...  # noqa: D102


def _no_worker(connector: str, task: int) -> str:
    raise FaultError(f"no worker runs task {task} of {connector}: the stack has no Connect workers")


class RoleCluster:
    """Implements `harness.model.ports.surroundings.Cluster`.

    Args:
        kafka: who leads what.
        topology: which brokers there are.
        services: all that there are.
        worker_of: which worker runs a task of a connector; raises FaultError when none does.
    """

    def __init__(
        self,
        kafka: Asked,
        topology: Topology,
        services: tuple[str, ...],
        worker_of: Callable[[str, int], str] = _no_worker,
    ) -> None:
        self.topology = topology
        self.services = services
        self.worker_of = worker_of
        self._kafka = kafka

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now; raises FaultError when none has."""
        return role.find(self)

    def controller(self) -> int | None:
        """The id of the controller."""
        with _answering("the controller"):
            return self._kafka.controller()

    def partition(self, topic: str, number: int) -> PartitionState:
        """A partition that is there."""
        with _answering(f"partition {topic}-{number}"):
            found = self._kafka.describe([topic]).get(topic, ())
        state = next((each for each in found if each.partition == number), None)
        if state is None:
            raise FaultError(f"no partition {topic}-{number}: the topic has {len(found)}")
        return state

    def coordinator(self, group: str) -> int | None:
        """The leader of the partition of the offsets topic that the group belongs to."""
        return self._keeper(OFFSETS_TOPIC, group, "there has been no group yet")

    def transaction_coordinator(self, transactional_id: str) -> int | None:
        """The leader of the partition of the transaction log that the id belongs to."""
        return self._keeper(TRANSACTIONS_TOPIC, transactional_id, "no transaction has started yet")

    def _keeper(self, topic: str, name: str, otherwise: str) -> int | None:
        with _answering(f"the coordinator of {name}"):
            found = self._kafka.describe([topic]).get(topic, ())
        if not found:
            raise FaultError(f"{name} has no coordinator: {otherwise}")
        number = partition_of(name, len(found))
        return next((each.leader for each in found if each.partition == number), None)


@contextmanager
def _answering(what: str) -> Iterator[None]:
    try:
        yield
    except KafkaException as error:
        raise FaultError(f"no broker tells {what}: {error.args[0].str()}") from error
