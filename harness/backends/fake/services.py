"""Power over the processes of a fake cluster, their disks, and the links between them."""

from collections.abc import Collection, Sequence

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.links import ROUND_TRIP_MS
from harness.backends.fake.process import Process
from harness.kit.errors import FaultError
from harness.model.ports import powers
from harness.model.ports.powers import ServiceState
from harness.model.topology import Topology
from harness.model.value import Settings

POWERS = (powers.Disks, powers.PowerSupply, powers.Network, powers.Links)
"""Those of `FakeServices`, besides that over processes."""


class FakeServices:
    """Implements `harness.model.ports.powers.Services` and POWERS."""

    def __init__(self, cluster: Cluster, topology: Topology) -> None:
        self._cluster = cluster
        self._topology = topology

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its services, and of the programs that run beside them."""
        return tuple(self._cluster.processes)

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
        if number is None or not self._topology.own_disks:
            raise FaultError(f"{service} has no separate disk; set Topology(own_disks=True)")
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
        if process.missing is not None:
            return process.missing
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

    def delay(self, service: str, latency_ms: int) -> None:
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

    def settings(self, service: str, names: Collection[str]) -> Settings:  # noqa: ARG002
        """Nobody but brokers tells any."""
        return {}

    def logs(self, service: str) -> bytes:  # noqa: ARG002
        """Nobody prints anything."""
        return b""

    def _process(self, service: str) -> Process:
        process = self._cluster.processes.get(service)
        if process is None:
            raise FaultError(f"unknown service {service}")
        return process

    def _broker(self, service: str) -> int | None:
        return next((n for n, each in self._cluster.brokers.items() if each.name == service), None)
