"""Toxiproxy: one process with a listener per link; the only service that publishes ports."""

import json

from harness.network.proxy import Proxy
from harness.systems.blueprint import (
    CONTROL_PORT,
    CONTROL_PORT_NAME,
    HOST,
    PASSWORD_FILE,
    PROXY,
    SERVICE_KINDS,
    Blueprint,
    ServiceKind,
    ServiceSpec,
    listeners_of,
)

NAME = PROXY
EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside the container; it is published on loopback only
# Read at every start, so a proxy that was killed comes back with all its listeners.
CONFIG = "/etc/toxiproxy/links.json"


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One proxy for all links of the blueprint."""
    config = [
        {
            "name": link.name,
            "listen": f"{EVERYWHERE}:{link.listen}",
            # A name, not an address: it is looked up for every connection, so a restarted service
            # is found again.
            "upstream": f"{link.service}:{link.port}",
            "enabled": True,
        }
        for link in blueprint.links
    ]
    names = [link.name for link in blueprint.links]
    control = Proxy(HOST, blueprint.ports[CONTROL_PORT_NAME])
    return (
        ServiceSpec(
            name=NAME,
            image="toxiproxy",
            command=("-host", EVERYWHERE, "-port", str(CONTROL_PORT), "-config", CONFIG),
            # Otherwise it writes five lines for each connection: some megabytes a minute.
            environment={"LOG_LEVEL": "warn"},
            # It connects for one client at a time. Packets to a service that dies meanwhile vanish,
            # and by default the kernel repeats them for a minute or two, while everybody else on
            # that link waits, although the service is back under another address.
            sysctls={"net.ipv4.tcp_syn_retries": "1"},
            files={CONFIG: json.dumps(config, indent=2) + "\n"},
            # Nothing of it is for the proxy: it is where whoever attaches to the stack looks.
            secrets={PASSWORD_FILE: blueprint.password} if blueprint.topology.asks_password else {},
            published={
                listen: blueprint.ports[name]
                for name, listen in listeners_of(blueprint.topology).items()
            },
            memory_mb=256,
            ready=lambda: control.missing(names),
        ),
    )


SERVICE_KINDS.add(NAME, ServiceKind(services=services))
