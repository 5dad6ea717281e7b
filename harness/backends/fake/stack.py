"""A whole stack in memory, on its own virtual clock."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness.backends.fake.bugs.bug import BUGS, Dice
from harness.backends.fake.consoles import FakeConsoles
from harness.backends.fake.kafka.cleanup import Cleanup
from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.links import ROUND_TRIP_MS
from harness.backends.fake.process import Process
from harness.backends.fake.seams import Seams
from harness.backends.roles import RoleCluster
from harness.kit.errors import FaultError, UsageError
from harness.kit.rng import stream
from harness.kit.scratch import Scratch
from harness.model.pipeline.program import Program
from harness.model.ports.connect import Connect
from harness.model.ports.databases import MySql, Redis
from harness.model.ports.powers import ServiceState
from harness.model.ports.registry import SchemaRegistry
from harness.model.ports.source import Source
from harness.model.ports.store import Cache, Tables
from harness.model.roles import Role
from harness.model.topology import Topology

_NO_PIPELINE = "the fake stack is Kafka alone; run this with --stack=docker"


class FakeStack:
    """Implements `model.ports.Stack`. Nothing in it blocks, sleeps or runs by itself.

    Args:
        topology: how many brokers, and their settings.
        seed: the same seed and the same calls give the same run.
        bugs: names of bugs to plant (see `harness.backends.fake.bugs`).

    Raises:
        UsageError: the topology is of KRaft, which the fakes do not play.
    """

    def __init__(self, topology: Topology, *, seed: int, bugs: Iterable[str] = ()) -> None:
        if topology.metadata != "zookeeper":
            raise UsageError("the fake cluster runs on ZooKeeper; run KRaft with --stack=docker")
        self.topology = topology
        seams = Seams()
        for name in sorted(bugs):
            BUGS[name].plant(seams, Dice(stream(seed, f"bug/{name}")))
        self._cluster = Cluster(topology, seed=seed, seams=seams)
        self.clock = self._cluster.clock
        self.kafka = FakeKafka(self._cluster)
        self._folders: dict[str, Scratch] = {}
        Cleanup(self._cluster)

    def state(self, service: str) -> ServiceState:
        """Whether the process runs."""
        process = self._cluster.processes.get(service)
        return process.state if process else "missing"

    def incarnation(self, service: str) -> str:
        """Which start of the service this is."""
        return f"{service}#{self._process(service).starts}"

    def kill(self, service: str) -> None:
        """SIGKILL."""
        process = self._process(service)
        process.kill()
        if process is self._cluster.membership.zookeeper:
            self._cluster.membership.forget()
        self._cluster.membership.review()

    def stop(self, service: str) -> None:
        """SIGTERM: a broker hands over what it leads first."""
        broker = self._broker(service)
        if broker is not None:
            self._cluster.membership.leave(broker)
        self.kill(service)

    def start(self, service: str) -> None:
        """Start the process unless it is there."""
        self._process(service).start()
        self._cluster.membership.review()

    def pause(self, service: str) -> None:
        """Freeze the process."""
        self._process(service).pause()
        self._cluster.membership.review()

    def resume(self, service: str) -> None:
        """Let a frozen process run on."""
        self._process(service).resume()
        self._cluster.membership.review()

    def wipe(self, service: str) -> None:
        """Empty the disk of a broker that does not run."""
        if self._broker(service) is None:
            raise FaultError(f"the fake does not know what {service} keeps on disk")
        self._process(service).wipe()

    def cut_power(self, service: str) -> int:
        """Kill a broker and take from its logs what it has not synced; how many bytes, roughly."""
        number = self._broker(service)
        if number is None or not self.topology.own_disks:
            raise FaultError(f"{service} has no disk of its own; ask for Topology(own_disks=True)")
        lost = self._cluster.lose_unsynced(number)
        self.kill(service)
        return lost

    def stored_files(self, service: str) -> int:
        """How many files a dead broker's disk holds: one of its own and one for each log."""
        number = self._broker(service)
        broker = self._cluster.brokers[number] if number is not None else None
        return 0 if broker is None or broker.wiped else 1 + len(broker.replicas)

    def ready(self, service: str) -> str | None:
        """None when the service answers; otherwise what is missing."""
        process = self._process(service)
        if process.state != "running":
            return f"{service} is {process.state}"
        number = self._broker(service)
        if number is not None and not self._cluster.membership.ready(number):
            return f"{service} is not registered yet"
        return None

    def cut(self, service: str, peers: Sequence[str]) -> None:
        """Let nothing pass between `service` and each of `peers`."""
        for peer in peers:
            self._cluster.links.cut(service, peer)
        self._cluster.membership.review()

    def mend(self, service: str, peers: Sequence[str]) -> None:
        """Let everything pass again."""
        for peer in peers:
            self._cluster.links.mend(service, peer)
        self._cluster.membership.review()

    def dropped(self, service: str, peers: Sequence[str]) -> int:
        """Packets lost between them so far."""
        return sum(self._cluster.links.dropped(service, peer) for peer in peers)

    def delay_link(self, service: str, latency_ms: int) -> None:
        """Hold back what clients receive from a broker."""
        self._cluster.links.delay(service, latency_ms)

    def round_trip_ms(self, service: str) -> float:
        """How long a request takes.

        Raises:
            FaultError: nobody answers.
        """
        if self.ready(service) is not None:
            raise FaultError(f"{service} does not answer")
        return ROUND_TRIP_MS + self._cluster.links.delay_ms(service)

    def cut_link(self, caller: str, callee: str) -> None:
        """Let nothing pass between two services."""
        self.cut(caller, [callee])

    def mend_link(self, caller: str, callee: str) -> None:
        """Let everything pass again."""
        self.mend(caller, [callee])

    def link_fails(self, caller: str, callee: str) -> str | None:
        """How many packets were lost between them; None when none were."""
        lost = self.dropped(caller, [callee])
        return f"{lost} packets dropped" if lost else None

    def run_program(
        self,
        name: str,
        program: Program,
        environment: Mapping[str, str],  # noqa: ARG002 - whoever asks steps it
    ) -> FakeKafka:
        """Take up a service that nobody but its owner steps, with clients that end with it.

        Raises:
            UsageError: it is an image.
        """
        if program.function is None:
            raise UsageError(_NO_PIPELINE)
        process = self._cluster.processes[name] = Process(name)
        self._folders[name] = Scratch("program")
        return FakeKafka(self._cluster, process)

    def program_folder(self, name: str) -> Path | None:
        """A folder of its own."""
        folder = self._folders.get(name)
        return folder.path if folder else None

    def supervise_programs(self) -> tuple[str, ...]:
        """None ends by itself."""
        return ()

    def finish_programs(self) -> None:
        """None runs by itself."""

    def remove_programs(self) -> None:
        """Forget all of them."""
        while self._folders:
            name, folder = self._folders.popitem()
            del self._cluster.processes[name]
            folder.remove()

    def logs(self, service: str) -> bytes:  # noqa: ARG002
        """Nobody prints anything."""
        return b""

    @property
    def consoles(self) -> FakeConsoles:
        """What console tools do."""
        return FakeConsoles(self.kafka, self.clock, self.topology.kafka_version)

    def source(self, name: str, database: str) -> Source:  # noqa: ARG002 - for all of them
        """There is none."""
        raise UsageError(_NO_PIPELINE)

    def tables(self, name: str, database: str) -> Tables:  # noqa: ARG002 - for all of them
        """There are none."""
        raise UsageError(_NO_PIPELINE)

    def cache(self, name: str, prefix: str) -> Cache:  # noqa: ARG002 - for all of them
        """There is none."""
        raise UsageError(_NO_PIPELINE)

    @property
    def mysql(self) -> MySql:
        """There is none."""
        raise UsageError(_NO_PIPELINE)

    @property
    def redis(self) -> Redis:
        """There is none."""
        raise UsageError(_NO_PIPELINE)

    @property
    def connect(self) -> Connect:
        """There is none."""
        raise UsageError(_NO_PIPELINE)

    @property
    def registry(self) -> SchemaRegistry:
        """There is none."""
        raise UsageError(_NO_PIPELINE)

    def address(self, service: str, traffic: str = "client") -> tuple[str, int]:
        """Nothing of it can be reached from outside."""
        raise UsageError(f"the fake {service} has no address for {traffic}")

    def password(self, traffic: str = "client") -> str:
        """Nothing of it can be logged in to."""
        raise UsageError(f"the fake stack has no password for {traffic}")

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now.

        Raises:
            FaultError: nobody has it.
        """
        services = tuple(self._cluster.processes)
        return RoleCluster(self.kafka, self.topology, services).resolve(role)

    def sessions(self) -> Mapping[str, int]:
        """For how many milliseconds the session of each broker outlives it."""
        granted = round(self._cluster.membership.session_s * 1e3)
        return dict.fromkeys(self.topology.broker_names, granted)

    def unhealthy(self) -> str | None:
        """None when every service runs and every log is fully replicated; else why not."""
        for service in self._cluster.processes:
            missing = self.ready(service)
            if missing:
                return missing
        for (topic, number), partition in self._cluster.partitions.items():
            if self._cluster.readable((topic, number)) is None:
                return f"{topic}-{number} has no leader"
            if len(partition.isr) < len(partition.replicas):
                return f"{topic}-{number} has the ISR {partition.isr} of {partition.replicas}"
        return None

    def _process(self, service: str) -> Process:
        process = self._cluster.processes.get(service)
        if process is None:
            raise FaultError(f"there is no service {service}")
        return process

    def _broker(self, service: str) -> int | None:
        return next((n for n, each in self._cluster.brokers.items() if each.name == service), None)
