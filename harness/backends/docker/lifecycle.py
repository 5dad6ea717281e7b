"""Stacks come and go here: boot, attach, hold, remove."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias, TypeVar

from harness.backends.docker import containers, labels
from harness.backends.docker.engine import Api, connect, require_disk
from harness.backends.docker.images import recipes as images
from harness.backends.docker.inventory import blueprint_of, look_at, marks_of_all
from harness.backends.docker.labels import Identity
from harness.backends.docker.lease import Lease
from harness.backends.docker.published import free_ports
from harness.backends.docker.readiness import Readiness
from harness.backends.docker.stack import DockerStack
from harness.kit.errors import BootError, HarnessError, PortTakenError, WaitTimeout
from harness.kit.owner import this_process
from harness.kit.waits import NotYet, wait_until
from harness.model.topology import Topology
from harness.systems.blueprint import PROXY, Blueprint, ServiceSpec

BOOT_LIMIT_S = 120.0
ATTACH_LIMIT_S = 5.0
READY_EVERY_S = 0.1
PORT_PICKS_MAX = 5
LOG_TAIL_LINES = 20

T = TypeVar("T")
Say: TypeAlias = Callable[[str], None]


def _say_nothing(_line: str) -> None:
    return


def boot(
    topology: Topology,
    *,
    kept: bool,
    on_progress: Say = _say_nothing,
    ports: Mapping[str, int] | None = None,
) -> DockerStack:
    """Start a new stack and wait until it serves.

    If that fails, or is interrupted at any moment, everything that was started is removed.

    Args:
        topology: what it consists of.
        kept: leave it running at `close`, for a later process to attach to.
        on_progress: gets a line now and then.
        ports: the host's port of each of the proxy's listeners; free ones unless given.

    Raises:
        NoDockerError: no engine answers.
        NoDiskError: there is no room.
        PortTakenError: one of the given `ports` is taken.
        ImageBuildError: an image cannot be built.
        BootError: a service dies, or the stack does not serve within BOOT_LIMIT_S.
    """
    api = connect()
    require_disk(api)
    tags = _images(topology, on_progress)
    for pick in range(1, PORT_PICKS_MAX + 1):
        try:
            return _boot(api, topology, ports or free_ports(topology), tags, on_progress, kept=kept)
        except PortTakenError as error:
            if ports is not None or pick == PORT_PICKS_MAX:
                raise
            on_progress(f"{error}; picking other ports")
    raise AssertionError


def attach(
    topology: Topology,
    *,
    repair: Callable[[DockerStack], object] = lambda _stack: None,
    on_progress: Say = _say_nothing,
) -> DockerStack | None:
    """A healthy stack of this very topology that was left running and that nobody uses, or None.

    Args:
        topology: what it has to consist of.
        repair: heals what a killed process left broken, before the stack is looked at.
        on_progress: gets a line about a stack that is passed over.
    """
    api = connect()
    tags = _images(topology, on_progress)
    for marks in marks_of_all(api).values():
        identity = labels.identity_of(marks)
        blueprint = blueprint_of(api, marks)
        if blueprint is None or not identity.kept or blueprint.topology != topology:
            continue
        if not identity.leased or identity.made_of != labels.made_of(blueprint, tags):
            on_progress(f"stack {identity.stack} is left alone: its settings or images are older")
            continue
        mine = Lease(api, identity.stack, tags[PROXY], identity.labels(blueprint))
        try:
            if not mine.take():
                continue
            stack = DockerStack(api, identity, blueprint, mine)
            repair(stack)
            _wait_until_healthy(stack)
        except HarnessError as error:
            on_progress(f"stack {identity.stack} is left alone: {error}")
            mine.release()
        except BaseException:
            mine.release()
            raise
        else:
            return stack
    return None


@contextmanager
def holding(stack: str) -> Iterator[DockerStack | None]:
    """A stack by its id, ours alone meanwhile; None when somebody else has it.

    Raises:
        HarnessError: there is no such stack, nothing of it can be used, or another version of
            the harness made it.
    """
    looked_at = look_at(stack)
    api = connect()
    image = next((each["ImageID"] for each in containers.found(api, stack)), None)
    if image is None:
        raise BootError(f"nothing is left of the containers of {stack}")
    mine = Lease(api, stack, image, looked_at.identity.labels(looked_at.blueprint))
    try:
        yield looked_at if mine.take() else None
    finally:
        mine.release()


def remove_stack(stack: str) -> None:
    """Remove everything of a stack, whoever uses it. A stack that is not there is no error."""
    containers.remove_all(connect(), stack)


def _images(topology: Topology, on_progress: Say) -> dict[str, str]:
    """The image of each service, built if it was not there."""
    ports = free_ports(topology)
    specs = Blueprint(topology=topology, ports=ports).services.values()
    return {
        spec.name: images.ensure(spec.image, overrides=spec.versions, on_line=on_progress)
        for spec in specs
    }


def _boot(
    api: Api,
    topology: Topology,
    ports: Mapping[str, int],
    tags: Mapping[str, str],
    on_progress: Say,
    *,
    kept: bool,
) -> DockerStack:
    password = secrets.token_urlsafe(18)
    blueprint = Blueprint(topology=topology, ports=ports, password=password)
    identity = Identity(
        stack=f"chaos-{secrets.token_hex(4)}",
        owner=this_process(),
        kept=kept,
        topology=topology.digest,
        made_of=labels.made_of(blueprint, tags),
    )
    mine = Lease(api, identity.stack, tags[PROXY], identity.labels(blueprint))
    stack = DockerStack(api, identity, blueprint, mine)
    try:
        to_its_end(mine.take)  # its name is new
        on_progress(f"starting {', '.join(stack.services.names)} as {identity.stack}")
        _launch(identity, blueprint, tags)
        on_progress("started; waiting until they answer")
        _wait_until_serving(api, stack, on_progress)
    except BaseException:
        stack.remove()
        raise
    on_progress(f"{identity.stack} serves")
    return stack


def _launch(identity: Identity, blueprint: Blueprint, tags: Mapping[str, str]) -> None:
    """Start all containers at once, but for those that come after others."""
    network = to_its_end(partial(containers.create_network, identity, blueprint))
    specs = blueprint.services
    started: dict[str, Future[None]] = {name: Future() for name in specs}

    def launch(spec: ServiceSpec) -> None:
        try:
            for name in spec.after:
                started[name].result()
            containers.launch(spec, tags[spec.name], network, identity, blueprint)
        except BaseException as error:
            started[spec.name].set_exception(error)
            raise
        started[spec.name].set_result(None)

    pool = ThreadPoolExecutor(max_workers=len(specs))
    try:
        for future in [pool.submit(launch, spec) for spec in specs.values()]:
            future.result()
    finally:
        # Also when interrupted: only what has been started can be found and removed.
        pool.shutdown(wait=True)


def to_its_end(create: Callable[[], T]) -> T:
    """What `create` makes, or an interrupt once it is made.

    What is interrupted in the middle of a request comes after everything was removed, and stays.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(create).result()


def _wait_until_serving(api: Api, stack: DockerStack, on_progress: Say) -> None:
    """Wait for every service; one that ends is started once more.

    All are started at once, and what looks for the others too early may give up (seen: a registry
    that was told of no broker by a broker which had just started).
    """
    readiness = Readiness(stack.blueprint, stack.kafka)
    again: set[str] = set()

    def probe() -> NotYet | bool:
        for service, status in _ended(api, stack):
            if service in again:
                raise BootError(
                    f"{service} ended twice while the stack booted ({status})\n"
                    f"{_tail(stack, service)}"
                )
            again.add(service)
            on_progress(f"{service} ended while the stack booted ({status}); started once more")
            stack.services.start(service)
        missing = readiness.missing()
        return NotYet(missing) if missing else True

    try:
        wait_until(
            f"stack {stack.identity.stack} to serve",
            probe,
            limit_s=BOOT_LIMIT_S,
            interval_s=READY_EVERY_S,
        )
    except WaitTimeout as error:
        tails = "\n".join(_tail(stack, service) for service in readiness.waiting_for)
        raise BootError(f"{error}\n{tails}") from error


def _wait_until_healthy(stack: DockerStack) -> None:
    wait_until(
        f"stack {stack.identity.stack} to be healthy",
        lambda: NotYet(missing) if (missing := stack.unhealthy()) else True,
        limit_s=ATTACH_LIMIT_S,
        interval_s=READY_EVERY_S,
    )


def _ended(api: Api, stack: DockerStack) -> Iterator[tuple[str, str]]:
    """Services that do not run, and how the engine puts it."""
    for container in containers.found(api, stack.identity.stack):
        service = container["Labels"].get(labels.SERVICE)
        if service and container["State"] in ("exited", "dead"):
            yield service, container["Status"]


def _tail(stack: DockerStack, service: str) -> str:
    lines = stack.services.logs(service).decode(errors="replace").splitlines()[-LOG_TAIL_LINES:]
    return "\n".join([f"last lines of {service}:", *(f"    {line}" for line in lines)])
