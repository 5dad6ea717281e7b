"""Runs a script for a moment beside a service: in its network, or on its volumes."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from docker import errors

from harness.backends.docker.engine import Api, translated
from harness.backends.docker.images import recipes as images
from harness.kit.errors import FaultError

IMAGE = "netadmin"
LIMIT_S = 20


class OneShot:
    """Scripts beside the containers of one stack.

    Args:
        api: the engine.
        marks: labels, so that a sweep finds a container should this process die meanwhile.
    """

    def __init__(self, api: Api, marks: Mapping[str, str]) -> None:
        self._api = api
        self._marks = dict(marks)

    def in_network_of(self, container: str, script: str) -> str:
        """Run `script` as root in the network namespace of a running container.

        Raises:
            FaultError: the script fails, or the container does not run.
        """
        host = {"network_mode": f"container:{container}", "cap_add": ["NET_ADMIN"]}
        return self._run(container, script, host)

    def on_volumes_of(self, container: str, script: str) -> str:
        """Run `script` as root with the volumes of a container, running or not.

        Raises:
            FaultError: the script fails.
        """
        return self._run(container, script, {"network_mode": "none", "volumes_from": [container]})

    @cached_property
    def _image(self) -> str:
        return images.ensure(IMAGE)

    def _run(self, container: str, script: str, host: dict[str, Any]) -> str:
        with translated(f"run a script beside {container}"):
            created = self._api.create_container(
                self._image,
                ["/bin/sh", "-c", script],
                host_config=self._api.create_host_config(**host),
                labels=self._marks,
            )["Id"]
            try:
                self._api.start(created)
                status = self._api.wait(created, timeout=LIMIT_S)["StatusCode"]
                printed: str = self._api.logs(created).decode(errors="replace")
            except errors.APIError as error:
                raise FaultError(f"cannot run a script beside {container}: {error}") from error
            finally:
                self._api.remove_container(created, force=True)
        if status != 0:
            raise FaultError(f"a script beside {container} failed ({status}): {printed.strip()}")
        return printed
