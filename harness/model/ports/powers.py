"""Powers over a stack: its processes, disks, own programs and links. Every call is idempotent."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from harness.model.pipeline.program import Program
from harness.model.ports.kafka import Kafka

ServiceState = Literal["running", "paused", "exited", "missing"]


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
    ) -> Kafka | None:
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
