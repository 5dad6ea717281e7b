"""The small protocols between rooms: what workloads and faults ask, what stacks and fakes give.

The Kafka side is the part of confluent-kafka's interface that we use, named as there, so that the
real client is used bare on the hot path and a fake takes its place without an adapter.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from harness.model.fault import Role
from harness.model.topology import Topology
from harness.model.value import Settings, Value
from harness.model.workload import Topic

ServiceState = Literal["running", "paused", "exited", "missing"]


class KafkaErrorLike(Protocol):
    """What a client says went wrong."""

    def code(self) -> int: ...
    def name(self) -> str: ...
    def str(self) -> str: ...
    def fatal(self) -> bool: ...
    def retriable(self) -> bool: ...


class Report(Protocol):
    """What became of a record that was sent; place and offset are None where nobody told them."""

    def topic(self) -> str: ...
    def partition(self) -> int | None: ...
    def offset(self) -> int | None: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...


class Message(Protocol):
    """A record as a client hands it out, or an event of a consumer."""

    def error(self) -> Any: ...  # noqa: ANN401 - KafkaError | None of an untyped library
    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def timestamp(self) -> tuple[int, int]: ...


class Producer(Protocol):
    """`confluent_kafka.Producer`, as far as we use it."""

    def produce(
        self,
        topic: str,
        value: bytes,
        key: bytes | None = None,
        partition: int = -1,
        on_delivery: Callable[[Any, Report], None] | None = None,
    ) -> None: ...
    def poll(self, timeout: float) -> int: ...
    def flush(self, timeout: float) -> int: ...
    def purge(self) -> None: ...
    def __len__(self) -> int: ...


class Consumer(Protocol):
    """`confluent_kafka.Consumer`, as far as we use it."""

    def subscribe(self, topics: Sequence[str], **callbacks: Callable[..., None]) -> None: ...
    def assign(self, partitions: Sequence[Any]) -> None: ...
    def consume(self, num_messages: int, timeout: float) -> Sequence[Message]: ...
    def commit(self, **options: Any) -> Any: ...  # noqa: ANN401
    def close(self) -> None: ...


class PartitionState(Value, frozen=True, kw_only=True):
    """One partition as the cluster describes it now."""

    partition: int
    leader: int | None
    isr: tuple[int, ...]
    replicas: tuple[int, ...]


class Kafka(Protocol):
    """Clients and administration of one Kafka cluster."""

    def producer(self, settings: Settings) -> Producer:
        """A producer whose traffic runs through the client links."""

    def consumer(self, settings: Settings) -> Consumer:
        """A consumer whose traffic runs through the client links."""

    def create_topic(self, topic: Topic) -> None:
        """Create `topic` and wait until every partition has a leader and a full ISR."""

    def delete_topic(self, name: str) -> None:
        """Delete a topic; a topic that is not there is no error."""

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]:
        """Partitions of each topic as the cluster sees them now."""

    def controller(self) -> int | None:
        """The id of the broker that is controller now."""

    def watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        """Log start offset and end offset (high watermark) now; raises while there is no leader."""


class Services(Protocol):
    """Power over the processes of a stack, by name of service. Every call is idempotent."""

    def state(self, service: str) -> ServiceState: ...

    def incarnation(self, service: str) -> str:
        """A token that changes with every start of the service's process."""

    def kill(self, service: str) -> None: ...
    def stop(self, service: str) -> None: ...
    def start(self, service: str) -> None: ...
    def pause(self, service: str) -> None: ...
    def resume(self, service: str) -> None: ...

    def stored_files(self, service: str) -> int:
        """How many files the data directory of a service that does not run holds."""

    def wipe(self, service: str) -> None:
        """Empty the data directory of a service that does not run."""

    def ready(self, service: str) -> str | None:
        """None when the service answers its protocol; otherwise what is missing."""


class Network(Protocol):
    """Power over the links of a stack. Every call is idempotent."""

    def cut(self, service: str, peers: Sequence[str]) -> None:
        """Drop every packet between `service` and each of `peers`."""

    def mend(self, service: str, peers: Sequence[str]) -> None:
        """Undo `cut`."""

    def dropped(self, service: str, peers: Sequence[str]) -> int:
        """Packets dropped by the cut so far."""

    def delay_link(self, service: str, latency_ms: int) -> None:
        """Delay what clients receive from `service` by `latency_ms`; 0 undoes it."""

    def round_trip_ms(self, service: str) -> float:
        """Measured round trip of one request through the client link of `service`."""


class Stack(Services, Network, Protocol):
    """A running stack, real or fake."""

    @property
    def topology(self) -> Topology:
        """What it consists of."""

    @property
    def kafka(self) -> Kafka:
        """Its Kafka cluster, seen by clients."""

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now; raises FaultError when nobody has."""

    def unhealthy(self) -> str | None:
        """None when every service runs and every partition is fully replicated; else why not."""
