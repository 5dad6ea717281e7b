"""The small protocols between rooms: what workloads and faults ask, what stacks and fakes give.

The Kafka side is the part of confluent-kafka's interface that we use, named as there, so that the
real client is used bare on the hot path and a fake takes its place without an adapter.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from harness.model.ports.databases import MySql, Redis
from harness.model.ports.groups import HasGroups, OnCommit
from harness.model.ports.kafka import PartitionState
from harness.model.ports.registry import SchemaRegistry
from harness.model.ports.source import Source
from harness.model.ports.store import Cache, Tables
from harness.model.ports.topics import Topics
from harness.model.program import Program
from harness.model.roles import Role
from harness.model.topology import Topology
from harness.model.value import Settings
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
    def headers(self) -> Any: ...  # noqa: ANN401 - pairs of name and bytes, or None


class Producer(Protocol):
    """`confluent_kafka.Producer`, as far as we use it."""

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None = None,
        partition: int = -1,
        on_delivery: Callable[[Any, Report], None] | None = None,
        *,
        headers: Any = ...,  # noqa: ANN401 - names and bytes; the real one knows no None
    ) -> None: ...
    def poll(self, timeout: float) -> int: ...
    def flush(self, timeout: float) -> int: ...
    def purge(self) -> None: ...
    def __len__(self) -> int: ...


class Consumer(Protocol):
    """`confluent_kafka.Consumer`, as far as we use it."""

    def subscribe(self, topics: Sequence[str], **callbacks: Callable[..., None]) -> None: ...
    def assign(self, partitions: Sequence[Any]) -> None: ...
    def pause(self, partitions: list[Any]) -> None: ...
    def resume(self, partitions: list[Any]) -> None: ...
    def consume(self, num_messages: int, timeout: float) -> Sequence[Message]: ...
    def commit(self, **options: Any) -> Any: ...  # noqa: ANN401
    def consumer_group_metadata(self) -> Any: ...  # noqa: ANN401 - bytes that only clients read
    def close(self) -> None: ...


class TransactionalProducer(Producer, Protocol):
    """`confluent_kafka.Producer` with a `transactional.id`, as far as we use it."""

    def init_transactions(self, timeout: float) -> None: ...
    def begin_transaction(self) -> None: ...
    def send_offsets_to_transaction(
        self, positions: Sequence[Any], group_metadata: object, timeout: float
    ) -> None: ...
    def commit_transaction(self, timeout: float) -> None: ...
    def abort_transaction(self, timeout: float) -> None: ...


class MemberConsumer(Consumer, Protocol):
    """A consumer with what a member of a group needs that keeps track of its own progress."""

    def store_offsets(self, *, offsets: Sequence[Any]) -> None: ...
    def consumer_group_metadata(self) -> object: ...


class Kafka(HasGroups, Protocol):
    """Clients and administration of one Kafka cluster."""

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What clients raise when no broker does what they ask."""

    @property
    def topics(self) -> Topics:
        """Single requests to administer topics."""

    def producer(self, settings: Settings) -> Producer:
        """A producer whose traffic runs through the client links."""

    def transactional_producer(self, settings: Settings) -> TransactionalProducer:
        """A producer with a `transactional.id` whose traffic runs through the client links."""

    def consumer(self, settings: Settings, on_commit: OnCommit | None = None) -> Consumer:
        """A consumer over the client links; `on_commit` is told what it committed by itself."""

    def create_topic(self, topic: Topic) -> None:
        """Create `topic` and wait until every partition has a leader and a full ISR."""

    def delete_topic(self, name: str) -> None:
        """Delete a topic; a topic that is not there is no error."""

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]:
        """Partitions of each topic as the cluster sees them now."""

    def elect(self, topic: str, partition: int) -> None:
        """Let any replica that lives lead a partition without leader; raises when none can."""

    def controller(self) -> int | None:
        """The id of the node that is controller now: a broker's, or with KRaft a controller's."""

    def watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        """Log start offset and end offset (high watermark) now; raises while there is no leader."""

    def stable_end(self, topic: str, partition: int) -> int:
        """The last stable offset now, where readers of what is committed stop; raises likewise."""


class Connect(Protocol):
    """The Connect workers of one stack, as one; asked over the harness's own links."""

    @property
    def status_topic(self) -> str:
        """The topic to which workers write each change of a task's state."""

    def create(self, connector: str, config: Settings) -> None:
        """Create a connector or give it another configuration."""

    def delete(self, connector: str) -> None:
        """Delete a connector; one that is not there is no error."""

    def pause(self, connector: str) -> None: ...
    def resume(self, connector: str) -> None: ...
    def stop(self, connector: str) -> None: ...

    def restart(self, connector: str, *, only_failed: bool = False) -> None:
        """Restart a connector and its tasks."""

    def restart_task(self, connector: str, task: int = 0) -> None: ...

    def status(self, connector: str, *, limit_s: float = ...) -> Any:  # noqa: ANN401 - parsed JSON
        """States of a connector and its tasks, as Connect's REST interface tells them."""

    def offsets(self, connector: str) -> Any:  # noqa: ANN401 - parsed JSON
        """How far it has read, as Connect's REST interface tells it."""

    def topics(self, connector: str) -> Sequence[str]:
        """Every topic that a connector has written to or read from."""

    def reset_offsets(self, connector: str) -> None:
        """Forget how far a stopped connector has read."""

    def wait_running(self, connector: str, *, limit_s: float = 60.0) -> None:
        """Wait until the connector and all its tasks are RUNNING."""

    def worker_of(self, connector: str, task: int = 0) -> str:
        """The service that runs the task now."""


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

    def cut_power(self, service: str) -> int:
        """Kill a service, running or frozen, and take from its disk what it has not synced.

        Returns:
            How many bytes of the disk that changes.

        Raises:
            FaultError: it has no disk of its own (see `Topology.own_disks`).
        """

    def ready(self, service: str) -> str | None:
        """None when the service answers its protocol; otherwise what is missing."""


class OwnPrograms(Protocol):
    """Someone's own programs, which are services of the stack while they run."""

    def run_program(
        self, name: str, program: Program, environment: Mapping[str, str]
    ) -> "Kafka | None":
        """Start `program` as the service `name`.

        It finds in its environment, as STOP_FILE, the file that is there once it is told to end,
        and a function, as PROGRAM_FOLDER, a folder that it shares with us.

        Returns:
            None when it runs by itself. In memory nothing does: the clients with which whoever
            asked for it steps it, while the service's state says that it runs; they end with it.
        """

    def program_folder(self, name: str) -> Path | None:
        """The folder that a function shares with us; None when there is no such program."""

    def supervise_programs(self) -> tuple[str, ...]:
        """Start programs that have ended by themselves; names of those."""

    def finish_programs(self) -> None:
        """Tell all programs to end, wait until they have, and start none again."""

    def remove_programs(self) -> None:
        """End and forget all of them."""

    def logs(self, service: str) -> bytes:
        """Everything that a service or a program printed."""


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

    def cut_link(self, caller: str, callee: str) -> None:
        """Refuse or drop what `caller` sends to `callee` over the link that leads there.

        The caller is a service, `connect` for all workers, or `client` on the host.
        """

    def mend_link(self, caller: str, callee: str) -> None:
        """Undo `cut_link`."""

    def link_fails(self, caller: str, callee: str) -> str | None:
        """A measurement that nothing comes through the link; None when something does."""


class Consoles(Protocol):
    """Kafka's own console tools, which use the Java client."""

    def produce(
        self, topic: str, records: Sequence[tuple[bytes, bytes]], settings: Settings
    ) -> str | None:
        """Send records of key and value; None when all are acknowledged, else the complaint."""

    def consume(self, topic: str, count: int, settings: Settings) -> Sequence[Message]:
        """Read `count` records from the beginning on, fewer when no more come."""


class Stack(Services, OwnPrograms, Network, Protocol):
    """A running stack, real or fake."""

    @property
    def topology(self) -> Topology:
        """What it consists of."""

    @property
    def kafka(self) -> Kafka:
        """Its Kafka cluster, seen by clients."""

    @property
    def consoles(self) -> Consoles:
        """Console tools beside its brokers."""

    @property
    def mysql(self) -> MySql:
        """Its MySQL servers."""

    @property
    def redis(self) -> Redis:
        """Its Redis servers."""

    def source(self, name: str, database: str) -> Source:
        """A namespace of the system of that name, as the database that a pipeline begins at."""

    def tables(self, name: str, database: str) -> Tables:
        """A namespace of the system of that name, as a copy in tables."""

    def cache(self, name: str, prefix: str) -> Cache:
        """What the keys of a system begin with, as a cache."""

    @property
    def connect(self) -> Connect:
        """Its Connect workers."""

    @property
    def registry(self) -> SchemaRegistry:
        """Its schema registry."""

    def address(self, service: str, traffic: str = "client") -> tuple[str, int]:
        """Host and port where `client`, `harness` or `connect` reaches `service`.

        The last is what the configuration of a connector has to say.
        """

    def password(self, traffic: str = "client") -> str:
        """What a caller logs in to databases with; for `connect` what workers read it by."""

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now; raises FaultError when nobody has."""

    def sessions(self) -> Mapping[str, int]:
        """For how many milliseconds the session of each broker outlives it; none with KRaft."""

    def unhealthy(self) -> str | None:
        """None when every service runs and every partition is fully replicated; else why not."""
