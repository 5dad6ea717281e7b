"""Power over the containers of one stack: kill, stop, start, pause, resume, wipe."""

from datetime import datetime
from typing import Any

from docker import errors

from harness.backends.docker.engine import Api, translated
from harness.backends.docker.inspected import incarnation_of, state_of
from harness.backends.docker.labels import Identity
from harness.backends.docker.one_shot import OneShot
from harness.kit.errors import FaultError, HarnessError
from harness.model.ports.powers import ServiceState
from harness.systems import own_disk
from harness.systems.blueprint import Blueprint

STOP_LIMIT_S = 20
FREEZE_ATTEMPTS = 5
UNFROZEN = "unable to freeze"
_CONFLICT = 409


class Processes:
    """The containers of one stack, by name of service. Every call is idempotent."""

    def __init__(self, api: Api, identity: Identity, blueprint: Blueprint, beside: OneShot) -> None:
        self._api = api
        self._identity = identity
        self._blueprint = blueprint
        self._beside = beside
        self._printed_until: float | None = None

    def state(self, service: str) -> ServiceState:
        """Whether the process runs, is paused, has exited, or has no container."""
        inspected = self.inspect(service)
        return "missing" if inspected is None else state_of(inspected)

    def incarnation(self, service: str) -> str:
        """When the process started, and its pid on the engine's machine."""
        inspected = self.inspect(service)
        return "missing" if inspected is None else incarnation_of(inspected)

    def kill(self, service: str) -> None:
        """SIGKILL, and wait until the process is gone."""
        if self.state(service) in ("running", "paused"):
            self._do("kill", service)
            self._do("wait", service)

    def stop(self, service: str) -> None:
        """SIGTERM, and SIGKILL when the process has not ended after STOP_LIMIT_S."""
        self.resume(service)  # a paused process cannot hear the signal
        self._do("stop", service, timeout=STOP_LIMIT_S)

    def start(self, service: str) -> None:
        """Start the process of a service that has exited."""
        if self.state(service) == "exited":
            self._do("start", service)

    def pause(self, service: str) -> None:
        """Freeze every process of the service.

        On a busy machine the kernel may not get hold of all of them in time; the runtime then lets
        go of those it has, and can be asked again.
        """
        for attempts_left in reversed(range(FREEZE_ATTEMPTS)):
            if self.state(service) != "running":
                return
            try:
                self._do("pause", service)
            except FaultError as error:
                if UNFROZEN not in str(error) or not attempts_left:
                    raise

    def resume(self, service: str) -> None:
        """Let a paused service go on."""
        if self.state(service) == "paused":
            self._do("unpause", service)

    def stored_files(self, service: str) -> int:
        """How many files the data directory of a service that does not run holds."""
        data = self._data_at_rest(service)
        return int(self._beside.on_volumes_of(self.name(service), f"find {data} -type f | wc -l"))

    def wipe(self, service: str) -> None:
        """Empty the data directory of a service that does not run."""
        data = self._data_at_rest(service)
        self._beside.on_volumes_of(self.name(service), f"find {data} -mindepth 1 -delete")

    def cut_power(self, service: str) -> int:
        """Kill a service and take from its own disk what it has not synced; how many bytes."""
        spec = self._blueprint.services.get(service)
        if spec is None or not spec.own_disk or spec.data is None:
            raise FaultError(f"{service} has no separate disk; set Topology(own_disks=True)")
        name = self.name(service)
        self.pause(service)
        self._beside.on_volumes_of(name, own_disk.keep(spec.data))
        self.kill(service)
        return int(self._beside.on_volumes_of(name, own_disk.fall_back(spec.data)))

    def logs(self, service: str) -> bytes:
        """Everything the service printed, over all its lives, since the page was turned."""
        with translated(f"read the log of {service}"):
            printed: bytes = self._api.logs(self.name(service), since=self._printed_until)
        return printed

    def turn_page(self) -> None:
        """Leave out of logs what services have printed until now, by the engine's own clock."""
        with translated("ask the engine for its time"):
            self._printed_until = datetime.fromisoformat(self._api.info()["SystemTime"]).timestamp()

    def addresses(self, service: str) -> tuple[str, ...]:
        """Its addresses in the stack's network now; none when it does not run."""
        inspected = self.inspect(service)
        networks = inspected["NetworkSettings"]["Networks"] if inspected else {}
        return tuple(
            attached["IPAddress"] for attached in networks.values() if attached["IPAddress"]
        )

    def name(self, service: str) -> str:
        """The name of its container.

        Raises:
            FaultError: the stack has no such service.
        """
        if service not in self._blueprint.services:
            known = ", ".join(self._blueprint.services)
            raise FaultError(f"the stack has no service {service!r}; it has {known}")
        return self._identity.container(service)

    def inspect(self, service: str) -> dict[str, Any] | None:
        """What the engine knows of its container; None when there is none."""
        with translated(f"look at {service}"):
            try:
                inspected: dict[str, Any] = self._api.inspect_container(self.name(service))
            except errors.NotFound:
                return None
        return inspected

    def _data_at_rest(self, service: str) -> str:
        name = self.name(service)
        data = self._blueprint.services[service].data
        if data is None:
            raise FaultError(f"{service} stores nothing")
        if (state := self.state(service)) != "exited":
            raise FaultError(
                f"the data of {name} can only be touched after it exited; it is {state}"
            )
        return data

    def _do(self, action: str, service: str, **options: Any) -> None:  # noqa: ANN401 - passed on
        try:
            getattr(self._api, action)(self.name(service), **options)
        except errors.APIError as error:
            # Someone else was faster: what was asked for is so already.
            if error.response is None or error.response.status_code != _CONFLICT:
                raise FaultError(f"cannot {action} {service}: {error.explanation}") from error
        except OSError as error:
            raise HarnessError(f"cannot {action} {service}: {error}") from error
