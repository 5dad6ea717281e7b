"""What a stack consists of, as values: services, client links, and the blueprint that joins them.

From one topology and one set of published ports come the containers (harness.stack.containers) and
the compose file (harness.stack.compose). The host reaches nothing but the proxy: every link has a
listener of its own there, so a link can be delayed or closed without touching any other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harness.kit.registry import Registry
from harness.model.topology import Topology
from harness.model.value import Settings

HOST = "127.0.0.1"
CONTROL_PORT_NAME = "control"
CONTROL_PORT = 8474


def _always_ready() -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """A way from the host into one service, through a listener of the proxy.

    `traffic` is `client` for what scenarios send and read, and `harness` for what the harness asks
    on its own behalf: faults on client links must not blind the harness.
    """

    traffic: str
    service: str
    port: int
    """Where the service listens."""
    listen: int
    """Where the proxy listens for it; unique over the stack."""

    @property
    def name(self) -> str:
        """`client-broker-1`."""
        return link_name(self.traffic, self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """One container of a stack."""

    name: str
    image: str
    """A recipe in `compose/images`."""
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """Text files put into the container before it starts, by absolute path."""
    data: str | None = None
    """The directory that outlives the process; `Services.wipe` empties it."""
    published: Mapping[int, int] = field(default_factory=dict)
    """Ports of the container, and the loopback port of the host for each."""
    memory_mb: int
    ready: Callable[[], str | None] = field(default=_always_ready, compare=False)
    """None when the service answers its protocol, else what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKind:
    """What one file of `harness.stack.services` contributes to a topology's blueprint."""

    services: Callable[["Blueprint"], tuple[ServiceSpec, ...]]
    links: Callable[[Topology], tuple[LinkSpec, ...]] = lambda _topology: ()


SERVICE_KINDS: Registry[ServiceKind] = Registry("kind of service", "harness.stack.services")


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """A topology with its ports: everything that has to be started, and how to reach it.

    `ports` gives the host's port of each name in `port_names(topology)`.
    """

    topology: Topology
    ports: Mapping[str, int]

    @cached_property
    def links(self) -> tuple[LinkSpec, ...]:
        """Every client link, in order of kind."""
        return links_of(self.topology)

    @cached_property
    def services(self) -> Mapping[str, ServiceSpec]:
        """Every service by name."""
        kinds = (kind for _, kind in SERVICE_KINDS.items())
        return {spec.name: spec for kind in kinds for spec in kind.services(self)}

    def address(self, traffic: str, service: str) -> tuple[str, int]:
        """Host and port where the host reaches `service` for this class of traffic."""
        return HOST, self.ports[link_name(traffic, service)]


def link_name(traffic: str, service: str) -> str:
    """The name of a link, its proxy and its port."""
    return f"{traffic}-{service}"


def links_of(topology: Topology) -> tuple[LinkSpec, ...]:
    """Every link that the services of `topology` ask for."""
    return tuple(link for _, kind in SERVICE_KINDS.items() for link in kind.links(topology))


def listeners_of(topology: Topology) -> dict[str, int]:
    """Ports of the proxy that are published, by name."""
    listeners = {link.name: link.listen for link in links_of(topology)}
    return {CONTROL_PORT_NAME: CONTROL_PORT, **listeners}


def properties(settings: Settings) -> str:
    """`settings` as a Java properties file."""
    return "".join(f"{name}={_java(value)}\n" for name, value in settings.items())


def _java(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
