"""Power over everything that runs in one stack: its containers, and programs beside them."""

from collections.abc import Collection

from harness.backends.docker.links import DockerLinks
from harness.backends.docker.processes import Processes
from harness.backends.docker.programs import Programs
from harness.model.ports.powers import ServiceState
from harness.model.value import Settings
from harness.systems.blueprint import Blueprint


class DockerServices:
    """Implements `harness.model.ports.powers.Services`."""

    def __init__(
        self, blueprint: Blueprint, processes: Processes, programs: Programs, links: DockerLinks
    ) -> None:
        self._blueprint = blueprint
        self._processes = processes
        self._programs = programs
        self._links = links

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the services of the stack, and of the programs that run beside them."""
        return (*self._blueprint.services, *self._programs.names)

    def state(self, service: str) -> ServiceState:
        """Whether the process runs, is paused, has exited, or has no container."""
        return self._whose(service).state(service)

    def incarnation(self, service: str) -> str:
        """A token that changes with every start of the service's process."""
        return self._whose(service).incarnation(service)

    def kill(self, service: str) -> None:
        """SIGKILL."""
        self._whose(service).kill(service)

    def stop(self, service: str) -> None:
        """SIGTERM, with a limit."""
        self._whose(service).stop(service)

    def start(self, service: str) -> None:
        """Start a service that has exited; cuts and delays are in force again afterwards."""
        if service in self._programs:
            self._programs.start(service)
        elif self.state(service) == "exited":
            self._processes.start(service)
            self._links.restarted(service)

    def pause(self, service: str) -> None:
        """Freeze it."""
        self._whose(service).pause(service)

    def resume(self, service: str) -> None:
        """Let it go on."""
        self._whose(service).resume(service)

    def ready(self, service: str) -> str | None:
        """None when the service answers its protocol; otherwise what is missing."""
        state = self.state(service)
        if state != "running":
            return f"it is {state}"
        return None if service in self._programs else self._blueprint.services[service].ready()

    def settings(self, service: str, names: Collection[str]) -> Settings:
        """What a database or a cache says that it runs with, of those names."""
        return self._blueprint.services[service].settings(names)

    def logs(self, service: str) -> bytes:
        """Everything the service printed, over all its lives, since the page was turned."""
        return self._whose(service).logs(service)

    def _whose(self, service: str) -> Processes | Programs:
        return self._programs if service in self._programs else self._processes
