"""Starts services through testcontainers, and finds and removes what carries our labels.

The only importer of testcontainers. Its reaper is off: its image may be out of reach, and a sweep
by label does the same. Waiting is ours as well: by protocol, on the monotonic clock.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from docker import errors
from docker.types import LogConfig, Mount
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from harness.backends.docker import labels
from harness.backends.docker.engine import Api, translated
from harness.backends.docker.labels import Identity
from harness.systems import own_disk
from harness.systems.blueprint import HOST, Blueprint, ServiceSpec

testcontainers_config.ryuk_disabled = True
# Inside a container it would take the bridge's gateway for the host; we publish on loopback.
testcontainers_config.tc_host_override = "localhost"
# Our images are built here; a company's prefix for pulled ones must not be put before them.
testcontainers_config.hub_image_name_prefix = ""


def create_network(identity: Identity, blueprint: Blueprint) -> Network:
    """The stack's own network, where services find each other by name."""
    network = Network(docker_network_kw={"labels": identity.labels(blueprint)})
    network.name = identity.stack
    with translated(f"create the network {identity.stack}"):
        return network.create()


def launch(
    spec: ServiceSpec, tag: str, network: Network, identity: Identity, blueprint: Blueprint
) -> None:
    """Create and start the container of one service; does not wait until it is ready.

    Raises:
        PortTakenError: a port that it publishes is taken.
        BootError: the engine refuses otherwise.
    """
    marks = identity.labels(blueprint, spec.name)
    container = DockerContainer(tag)
    container.with_name(identity.container(spec.name))
    container.with_network(network).with_network_aliases(spec.name)
    container.with_command(list(spec.command))
    container.with_envs(**spec.environment)
    for path, content in {**spec.files, **spec.secrets}.items():
        container.with_copy_into_container(content.encode(), path)
    # Set directly: its own method cannot keep a port off the machine's other addresses.
    ports: dict[str, Any] = {f"{inside}/tcp": (HOST, out) for inside, out in spec.published.items()}
    container.ports = ports
    container.with_kwargs(
        hostname=spec.name,
        labels=marks,
        mem_limit=f"{spec.memory_mb}m",
        sysctls=dict(spec.sysctls),
        mounts=_mounts(spec, identity, marks),
        log_config=LogConfig(type="json-file"),
        **(own_disk.RIGHTS if spec.own_disk else {}),
    )
    with translated(f"start {spec.name}"):
        container.start()


def found(api: Api, stack: str | None = None) -> list[dict[str, Any]]:
    """What the engine lists of the containers of one stack, or of all, running or not."""
    with translated("list containers"):
        listed: list[dict[str, Any]] = api.containers(all=True, filters=_label_filter(stack))
    return listed


def stray_labels(api: Api) -> list[Mapping[str, str]]:
    """Labels of our networks and volumes, which may be all that is left of a stack."""
    filters = _label_filter(None)
    with translated("list networks and volumes"):
        networks = api.networks(filters=filters)
        volumes = api.volumes(filters=filters)["Volumes"] or []
    return [thing["Labels"] for thing in (*networks, *volumes)]


def remove_all(api: Api, stack: str) -> None:
    """Remove the containers of a stack, its volumes, its network, and its lease. Idempotent."""
    with translated(f"remove the stack {stack}"):
        everything = found(api, stack)
        leases = [each["Id"] for each in everything if labels.HOLDER in each["Labels"]]
        names = [each["Id"] for each in everything if labels.HOLDER not in each["Labels"]]
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(partial(_remove_container, api), names))
        for volume in api.volumes(filters=_label_filter(stack))["Volumes"] or []:
            _unless_gone(partial(api.remove_volume, volume["Name"], force=True))
        for network in api.networks(filters=_label_filter(stack)):
            _unless_gone(partial(api.remove_network, network["Id"]))
        # Last: what is there without one is nobody's.
        for each in leases:
            _remove_container(api, each)


def _remove_container(api: Api, name: str) -> None:
    _unless_gone(partial(api.remove_container, name, force=True, v=True))


def _unless_gone(remove: Callable[[], object]) -> None:
    try:
        remove()
    except errors.NotFound:
        return
    except errors.APIError as error:
        # Someone else is removing it at this moment.
        if "already in progress" not in str(error):
            raise


def _mounts(spec: ServiceSpec, identity: Identity, marks: Mapping[str, str]) -> list[Mount]:
    if spec.data is None:
        return []
    return [Mount(spec.data, identity.container(spec.name), labels=dict(marks))]


def _label_filter(stack: str | None) -> dict[str, list[str]]:
    return {"label": [labels.STACK if stack is None else f"{labels.STACK}={stack}"]}
