"""The process of a service: running, frozen or gone."""

from collections.abc import Callable
from typing import TypeAlias

from harness.kit.errors import FaultError
from harness.model.ports.powers import ServiceState

Life: TypeAlias = Callable[[], bool]
"""Whether the process that made something is still there, and not frozen."""


class Process:
    """One process; a broker is more than this, ZooKeeper is not."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state: ServiceState = "running"
        self.starts = 1
        """How often it was started; names its incarnation."""

    @property
    def active(self) -> bool:
        """Whether it answers right now."""
        return self.state == "running"

    @property
    def missing(self) -> str | None:
        """None when it does what it is there for; otherwise what is missing."""
        return None if self.state == "running" else f"{self.name} is {self.state}"

    def kill(self) -> None:
        """Let it be gone."""
        self.state = "exited"

    def pause(self) -> None:
        """Freeze it.

        Raises:
            FaultError: there is no process to freeze.
        """
        if self.state == "exited":
            raise FaultError(f"{self.name} has exited and cannot be paused")
        self.state = "paused"

    def resume(self) -> None:
        """Let it run on; one that was not frozen does not mind."""
        if self.state == "paused":
            self.state = "running"

    def start(self) -> None:
        """Start it unless it is there."""
        if self.state == "exited":
            self.state = "running"
            self.starts += 1

    def wipe(self) -> None:
        """Empty its disk.

        Raises:
            FaultError: it still runs.
        """
        if self.state != "exited":
            raise FaultError(f"{self.name} is {self.state}; only the disk of a dead one is emptied")
