"""Boots a stack that stays, and says how clients of the user's own reach it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.backends.docker import lifecycle
from harness.engine.stacks.docker import repair
from harness.model.topology import Topology
from harness.systems.blueprint import CLIENT, SERVICE_KINDS, links_of, listeners_of

if TYPE_CHECKING:
    from harness.systems.blueprint import Blueprint


def up(
    topology: Topology, *, first_port: int | None, tell: Callable[[str], None]
) -> tuple[str, dict[str, str]]:
    """Leave a stack of that topology running; its id, and what `addresses` says of it.

    One that runs already will do, unless ports are asked for.

    Raises:
        PortTakenError: a port from `first_port` on is taken.
    """
    stack = None
    if first_port is None:
        stack = lifecycle.attach(topology, repair=repair, on_progress=tell)
    if stack is None:
        ports = None if first_port is None else ports_from(first_port, topology)
        stack = lifecycle.boot(topology, kept=True, ports=ports, on_progress=tell)
    stack.close()
    return stack.identity.stack, addresses(stack.identity.stack, stack.blueprint)


def ports_from(first: int, topology: Topology) -> dict[str, int]:
    """Ports of the host in a row, by listener: the brokers' for clients, other clients', ours."""
    of_clients = [link.name for link in links_of(topology) if link.traffic == CLIENT]
    of_brokers = [f"{CLIENT}-{broker}" for broker in topology.broker_names]
    order = dict.fromkeys((*of_brokers, *of_clients, *listeners_of(topology)))
    return {name: first + place for place, name in enumerate(order)}


def addresses(stack: str, blueprint: "Blueprint") -> dict[str, str]:
    """What a client needs, by the names that a scenario's own programs get.

    The password is a command that a shell replaces by it, since output ends up in logs.
    """
    password = f"$(harness password {stack})"
    return {
        name: value
        for _, kind in SERVICE_KINDS.items()
        for name, value in kind.told(blueprint, password).items()
    }
