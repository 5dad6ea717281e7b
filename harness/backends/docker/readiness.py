"""When a stack that was just started serves: asked of every service by its own protocol."""

from harness.systems.blueprint import CLIENT, HARNESS, Address, Blueprint
from harness.systems.kafka.client import KafkaClients


def clients_of(blueprint: Blueprint) -> KafkaClients:
    """Clients of the blueprint's cluster."""
    topology = blueprint.topology
    bootstrap = [blueprint.address(CLIENT, name) for name in topology.broker_names]

    def asked(nodes: dict[int, str]) -> dict[int, Address]:
        return {node: blueprint.address(HARNESS, name) for node, name in nodes.items()}

    return KafkaClients(
        ",".join(f"{host}:{port}" for host, port in bootstrap),
        asked(topology.broker_ids),
        asked(topology.controller_ids),
    )


class Readiness:
    """Remembers which services have answered, so that none is asked again and again."""

    def __init__(self, blueprint: Blueprint, kafka: KafkaClients) -> None:
        self._kafka = kafka
        self._waiting_for = dict(blueprint.services)

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Services that have not answered yet."""
        return tuple(self._waiting_for)

    def missing(self) -> str | None:
        """None when every service answered and all brokers agree; else the first thing missing."""
        for name, spec in list(self._waiting_for.items()):
            if lacking := spec.ready():
                return f"{name}: {lacking}"
            del self._waiting_for[name]
        return self._kafka.shortcoming()
