"""What a stack consists of, as values: services, client links, and the blueprint that joins them.

From one topology and one set of published ports come the containers and the compose file (both of
harness.backends.docker). The host reaches nothing but the proxy: every link has a listener of its
own there, so a link can be delayed or closed without touching any other. So has every link between
two services that scenarios want to close.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from harness.kit.errors import FaultError, UsageError
from harness.kit.registry import Registry
from harness.model.topology import Topology
from harness.model.value import Scalar, Settings

Address: TypeAlias = tuple[str, int]

HOST = "127.0.0.1"
PROXY = "toxiproxy"
CLIENT = "client"
HARNESS = "harness"
CONTROL_PORT_NAME = "control"
CONTROL_PORT = 8474
PASSWORD_FILE = "/etc/kafka-chaos-harness/password"  # noqa: S105 - where it is


def _always_ready() -> str | None:
    return None


def _no_round_trip(_address: Address, _limit_s: float) -> float:
    raise FaultError("nothing is known that it would answer to")


def _no_settings(_names: Collection[str]) -> Settings:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """A way into one service, through a listener of the proxy.

    `traffic` is who calls. From the host: `client` for what scenarios send and read, and `harness`
    for what the harness asks on its own behalf, since faults on client links must not blind the
    harness. Within the stack's network: the service that calls, or `connect` for all workers.
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

    @property
    def from_host(self) -> bool:
        """Whether the host calls, so that the listener has to be published."""
        return self.traffic in (CLIENT, HARNESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """One container of a stack."""

    name: str
    image: str
    """A recipe in `compose/images`."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Other versions for the image than those in `compose/versions.env`, by the names there."""
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    """Settings of the kernel for the container's own network."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Text files put into the container before it starts, by absolute path."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """As `files`; what differs from one stack to the next and is not to be seen from outside."""
    data: str | None = None
    """The directory that outlives the process; `Services.wipe` empties it."""
    own_disk: bool = False
    """Whether its command mounts a file in `data`, which takes a loop device and more rights."""
    published: Mapping[int, int] = field(default_factory=dict)
    """Ports of the container, and the loopback port of the host for each."""
    memory_mb: int
    after: tuple[str, ...] = ()
    """Services that are started before it: it gives up on a name that nobody has yet."""
    ready: Callable[[], str | None] = field(default=_always_ready, compare=False)
    """None when the service answers its protocol, else what is missing."""
    settings: Callable[[Collection[str]], Settings] = field(default=_no_settings, compare=False)
    """What it says that it runs with, of those names; raises what its client raises."""
    round_trip_ms: Callable[[Address, float], float] = field(default=_no_round_trip, compare=False)
    """Milliseconds that one request takes that is sent to this address, within a limit in seconds.

    Raises OSError when there is no answer.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKind:
    """What one system contributes to a topology's blueprint."""

    services: Callable[["Blueprint"], tuple[ServiceSpec, ...]]
    links: Callable[[Topology], tuple[LinkSpec, ...]] = lambda _topology: ()
    told: Callable[["Blueprint", str], Mapping[str, str]] = lambda _blueprint, _password: {}
    """Where clients of a user's own find it, given how a shell gets the password: name → value."""


SERVICE_KINDS: Registry[ServiceKind] = Registry("kind of service", "harness.systems")


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """A topology with its ports: everything that has to be started, and how to reach it.

    Args:
        topology: what it consists of.
        ports: the host's port of each name in `listeners_of(topology)`.
        password: what logs in to databases; may be left out when nobody will.
    """

    topology: Topology
    ports: Mapping[str, int]
    password: str = field(default="", repr=False)

    @cached_property
    def links(self) -> tuple[LinkSpec, ...]:
        """Every client link, in order of kind."""
        return links_of(self.topology)

    @cached_property
    def services(self) -> Mapping[str, ServiceSpec]:
        """Every service by name."""
        kinds = (kind for _, kind in SERVICE_KINDS.items())
        return {spec.name: spec for kind in kinds for spec in kind.services(self)}

    def link(self, traffic: str, service: str) -> LinkSpec | None:
        """The proxy's link of that caller into `service`; None when there is none."""
        name = link_name(traffic, service)
        return next((link for link in self.links if link.name == name), None)

    def address(self, traffic: str, service: str) -> Address:
        """Host and port where this caller, on the host or in the network, reaches `service`.

        Raises:
            UsageError: the stack has no such link.
        """
        link = self.link(traffic, service)
        if link is None:
            known = ", ".join(link.name for link in self.links)
            raise UsageError(f"nothing links {traffic} to {service}; there are {known}")
        return (HOST, self.ports[link.name]) if link.from_host else (PROXY, link.listen)

    def place(self, service: str, traffic: str = CLIENT) -> str:
        """`host:port` of a service for callers on the host."""
        host, port = self.address(traffic, service)
        return f"{host}:{port}"


def link_name(traffic: str, service: str) -> str:
    """The name of a link, its proxy and its port."""
    return f"{traffic}-{service}"


def links_of(topology: Topology) -> tuple[LinkSpec, ...]:
    """Every link that the services of `topology` ask for."""
    return tuple(link for _, kind in SERVICE_KINDS.items() for link in kind.links(topology))


def listeners_of(topology: Topology) -> dict[str, int]:
    """Ports of the proxy that are published, by name."""
    listeners = {link.name: link.listen for link in links_of(topology) if link.from_host}
    return {CONTROL_PORT_NAME: CONTROL_PORT, **listeners}


def properties(
    settings: Settings, *, between: str = "=", yes: str = "true", no: str = "false"
) -> str:
    """`settings` as lines of a configuration file; as Java's properties unless told otherwise.

    Args:
        settings: by name.
        between: stands between name and value.
        yes: how True is written.
        no: how False is written.
    """

    def written(value: Scalar) -> str:
        return (yes if value else no) if isinstance(value, bool) else str(value)

    return "".join(f"{name}{between}{written(value)}\n" for name, value in settings.items())


def host_links(service: str, port: int, *, client: int, harness: int) -> tuple[LinkSpec, ...]:
    """The two links from the host into `service` at `port`.

    Args:
        service: where they end.
        port: where it listens.
        client: where the proxy listens for clients.
        harness: where the proxy listens for the harness's own questions.
    """
    return (
        LinkSpec(traffic=CLIENT, service=service, port=port, listen=client),
        LinkSpec(traffic=HARNESS, service=service, port=port, listen=harness),
    )
