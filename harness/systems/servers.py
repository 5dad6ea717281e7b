"""Which server of a stack a client is to reach."""

from collections.abc import Mapping
from typing import TypeAlias

from harness.kit.errors import UsageError

Address: TypeAlias = tuple[str, int]


def server_of(servers: Mapping[str, Address], service: str, title: str, field: str) -> Address:
    """Where the server `service` is reached.

    Args:
        servers: addresses by name of service.
        service: the name that was asked for.
        title: the technology in sentences.
        field: of a topology, by which a stack gets one.

    Raises:
        UsageError: the stack has no such server; says which it has.
    """
    if service not in servers:
        known = ", ".join(servers) or f"none; ask for one with Topology({field}=True)"
        raise UsageError(f"the stack has no {title} server {service!r}; there are: {known}")
    return servers[service]
