"""Ports of the host, on loopback only: free ones for a run, fixed ones for the compose file."""

import socket
from contextlib import ExitStack

from harness.model.topology import Topology
from harness.systems.blueprint import HOST, listeners_of


def free_ports(topology: Topology) -> dict[str, int]:
    """A different free port for each listener of the proxy, by name.

    Another program may take one before Docker does; whoever boots has to be ready to pick again.
    """
    with ExitStack() as held:  # until all are picked, so that none is handed out twice
        return {
            name: int(held.enter_context(socket.create_server((HOST, 0))).getsockname()[1])
            for name in listeners_of(topology)
        }


def fixed_ports(topology: Topology) -> dict[str, int]:
    """The proxy's own port numbers, the same on the host; for one stack at a time."""
    return listeners_of(topology)
