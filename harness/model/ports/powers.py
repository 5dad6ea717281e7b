"""Powers over a stack. Every call is idempotent.

Each is one protocol. A back end has those that its table names, and whoever needs one asks
`Stack.power` for it. A fault says in `needs` which it uses, so that a scenario is skipped, with
that reason, where a back end lacks one.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from harness.model.pipeline.program import Program
from harness.model.ports.kafka import Kafka
from harness.model.value import Settings

ServiceState = Literal["running", "paused", "exited", "missing"]


class Services(Protocol):
    """Processes, by name of service; every back end has this power."""

    def state(self, service: str) -> ServiceState: ...

    def incarnation(self, service: str) -> str:
        """A token that changes with every start of the service's process."""

    def kill(self, service: str) -> None: ...
    def stop(self, service: str) -> None: ...
    def start(self, service: str) -> None: ...
    def pause(self, service: str) -> None: ...
    def resume(self, service: str) -> None: ...

    def ready(self, service: str) -> str | None:
        """None when the service answers its protocol; otherwise what is missing."""

    def settings(self, service: str, names: Collection[str]) -> Settings:
        """What a database or a cache runs with, of those names; other services tell none."""

    def logs(self, service: str) -> bytes:
        """Everything that a service or a program printed."""


class Disks(Protocol):
    """Data directories of services that do not run."""

    def stored_files(self, service: str) -> int:
        """How many files it holds."""

    def wipe(self, service: str) -> None:
        """Empty it."""


class PowerSupply(Protocol):
    """The power of a machine with a disk of its own."""

    def cut_power(self, service: str) -> int:
        """Kill a service, running or frozen, and take from its disk what it has not synced.

        Returns:
            How many bytes of the disk that changes.

        Raises:
            FaultError: it has no disk of its own (see `Topology.own_disks`).
        """


class Network(Protocol):
    """Packets between services."""

    def cut(self, service: str, peers: Sequence[str]) -> None:
        """Drop every packet between `service` and each of `peers`."""

    def mend(self, service: str, peers: Sequence[str]) -> None:
        """Undo `cut`."""

    def dropped(self, service: str, peers: Sequence[str]) -> int:
        """Packets dropped by the cut so far."""


class Links(Protocol):
    """Links between a caller and a service: of clients, of Connect's workers, of services."""

    def delay(self, service: str, latency_ms: int) -> None:
        """Delay what clients receive from `service` by `latency_ms`; 0 undoes it."""

    def round_trip_ms(self, service: str) -> float:
        """Measured round trip of one request through the client link of `service`.

        Raises:
            FaultError: there was no answer.
        """

    def cut_link(self, caller: str, callee: str) -> None:
        """Refuse or drop what `caller` sends to `callee` over the link that leads there.

        The caller is a service, `connect` for all workers, or `client` on the host.
        """

    def mend_link(self, caller: str, callee: str) -> None:
        """Undo `cut_link`."""

    def link_fails(self, caller: str, callee: str) -> str | None:
        """A measurement that nothing comes through the link; None when something does."""


class OwnPrograms(Protocol):
    """Someone's own programs, which are services of the stack while they run."""

    def run(self, name: str, program: Program, environment: Mapping[str, str]) -> Kafka | None:
        """Start `program` as the service `name`.

        It finds in its environment, as STOP_FILE, the file that is there once it is told to end,
        and a function, as PROGRAM_FOLDER, a folder that it shares with us.

        Returns:
            None when it runs by itself. In memory nothing does: the clients with which whoever
            asked for it steps it, while the service's state says that it runs; they end with it.

        Raises:
            UsageError: there is no such image.
        """

    def folder(self, name: str) -> Path | None:
        """The folder that a function shares with us; None when there is no such program."""

    def supervise(self) -> tuple[str, ...]:
        """Start programs that have ended by themselves; names of those."""

    def finish_all(self) -> None:
        """Tell all programs to end, wait until they have, and start none again."""

    def remove_all(self) -> None:
        """End and forget all of them."""


class TableOperations(Protocol):
    """Tables of database servers, as an operator works on them by hand.

    A table is named `database.table`. Each raises what the client of the server raises when it
    cannot be reached or refuses.
    """

    def alter(self, server: str, table: str, clause: str) -> None:
        """ALTER TABLE, with a clause in MySQL's words."""

    def columns(self, server: str, table: str) -> str:
        """How its columns are declared now, in order."""

    def remove_unlogged(self, server: str, table: str, rows: int) -> int:
        """Remove that many rows with the lowest keys past the log; how many there were."""


class SlotOperations(Protocol):
    """Replication slots of database servers: where one keeps how far each reader of its log is.

    Whoever loses its slot loses what the log holds behind it. `reader` is the name by which
    `Source.debezium` was asked for its settings. Each raises what the client of the server raises
    when it cannot be reached or refuses.
    """

    def place_of(self, server: str, reader: str) -> int | None:
        """Up to which byte of the log it has read; None when the server has no slot for it."""

    def drop(self, server: str, reader: str) -> None:
        """Drop its slot, and hang up on it; one that is not there is no error."""

    def advance(self, server: str, reader: str) -> None:
        """Move its slot to the end of the log; refused while it reads."""

    def outgrow(self, server: str, reader: str, megabytes: int) -> str:
        """Let the log grow and be cleaned up; by how much it grew, and what became of the slot.

        Readers of the harness's own are waited for, where the server would not.
        """
