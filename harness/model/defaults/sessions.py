"""ZooKeeper's part in what a cluster promises: how long sessions last, and what outlives a process.

Nothing of this holds with KRaft, whose controllers keep everything on disk.
"""

from harness.model.topology import Topology
from harness.model.value import Settings

DATA = "/var/lib/zookeeper"
MEMORY = "/dev/shm/"  # noqa: S108 - of the server, not ours
SERVER: Settings = {"tickTime": 1000, "dataDir": DATA}
"""The harness's own settings of a server, by ZooKeeper's names."""
TIMEOUT = "zookeeper.session.timeout.ms"
BROKER: Settings = {TIMEOUT: 6000}
"""Likewise of a broker, by Kafka's names."""


def server_settings(topology: Topology) -> Settings:
    """Those of the harness under those of the topology."""
    return {**SERVER, **topology.zookeeper_settings}


def asked_ms(topology: Topology) -> int:
    """For how long brokers ask their sessions to outlive them."""
    return int({**BROKER, **topology.broker_settings}[TIMEOUT])


def granted_ms(topology: Topology) -> int:
    """For how long sessions do outlive brokers: from 2 ticks of a server to 20."""
    tick_ms = int(server_settings(topology)["tickTime"])
    return min(max(asked_ms(topology), 2 * tick_ms), 20 * tick_ms)


def keeps_in_memory(topology: Topology) -> bool:
    """Whether what servers know is gone with their processes."""
    return str(server_settings(topology)["dataDir"]).startswith(MEMORY)
