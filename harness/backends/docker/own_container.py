"""Someone's own program as a container on the host's network."""

import io
import signal
import tarfile
from collections.abc import Mapping
from typing import Any

from docker import errors

from harness.backends.docker.engine import Api, translated
from harness.backends.docker.inspected import incarnation_of, state_of
from harness.kit.errors import FaultError, UsageError
from harness.model.pipeline.program import Program
from harness.model.ports.powers import ServiceState

STOP_LIMIT_S = 10
STOP_FILE = "STOP_FILE"
"""The variable that names the file which is there once a program is told to end."""
STOP_FILE_OF_CONTAINER = "stop"


class OwnContainer:
    """An image in a container that shares the host's network, where the clients' links are."""

    def __init__(
        self,
        api: Api,
        name: str,
        program: Program,
        environment: Mapping[str, str],
        marks: Mapping[str, str],
    ) -> None:
        self._api = api
        self._name = name
        image = program.image or ""
        with translated(f"create a container of {image}"):
            try:
                api.inspect_image(image)
            except errors.ImageNotFound:
                _pull(api, image)
            api.create_container(
                image,
                list(program.command) or None,
                name=name,
                environment={**environment, STOP_FILE: f"/{STOP_FILE_OF_CONTAINER}"},
                labels=dict(marks),
                host_config=api.create_host_config(network_mode="host"),
            )

    def state(self) -> ServiceState:
        """Whether the container runs, is paused or has exited."""
        with translated(f"look at {self._name}"):
            return state_of(self._inspect())

    def incarnation(self) -> str:
        """A token that changes with every start."""
        with translated(f"look at {self._name}"):
            return incarnation_of(self._inspect())

    def start(self) -> None:
        """Start it."""
        with translated(f"start {self._name}"):
            self._api.start(self._name)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; SIGSTOP and SIGCONT freeze all of it."""
        try:
            if number == signal.SIGSTOP:
                self._api.pause(self._name)
            elif number == signal.SIGCONT:
                self._api.unpause(self._name)
            else:
                self._api.kill(self._name, signal=int(number))
        except errors.APIError as error:
            raise FaultError(f"cannot signal {self._name}: {error.explanation}") from error

    def wait(self) -> None:
        """Wait until it has ended, which it is told once more."""
        # After its limit the engine sends SIGKILL; one that has ended does not mind.
        with translated(f"stop {self._name}"):
            self._api.stop(self._name, timeout=STOP_LIMIT_S)

    def logs(self) -> bytes:
        """Everything that it printed."""
        with translated(f"read the log of {self._name}"):
            printed: bytes = self._api.logs(self._name)
        return printed

    def tell_to_stop(self) -> None:
        """Put the file into it that tells it to end."""
        with translated(f"put a file into {self._name}"):
            self._api.put_archive(self._name, "/", _archive(STOP_FILE_OF_CONTAINER))

    def remove(self) -> None:
        """End and forget it."""
        with translated(f"remove {self._name}"):
            self._api.remove_container(self._name, force=True, v=True)

    def _inspect(self) -> dict[str, Any]:
        inspected: dict[str, Any] = self._api.inspect_container(self._name)
        return inspected


def _archive(name: str) -> bytes:
    """A tar archive of an empty file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return packed.getvalue()


def _pull(api: Api, image: str) -> None:
    try:
        api.pull(image)
    except errors.APIError as error:
        raise UsageError(
            f"no image {image!r} here, and it cannot be pulled ({error.explanation}); "
            "build it first, or correct its name"
        ) from error
