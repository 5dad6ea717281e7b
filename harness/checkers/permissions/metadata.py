"""What the settings of ZooKeeper permit."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.defaults.sessions import asked_ms, granted_ms, keeps_in_memory, server_settings
from harness.model.scenario import Scenario
from harness.model.topology import Topology


@permits("metadata", Topology)
def metadata_permissions(topology: Topology, _scenario: Scenario) -> Iterator[Permission]:
    """Everything that ZooKeeper's settings permit; KRaft has none that decide a promise."""
    if topology.metadata != "zookeeper":
        return
    settings = server_settings(topology)
    if keeps_in_memory(topology):
        yield Permission(
            setting=f"dataDir={settings['dataDir']}",
            reason="what ZooKeeper knows of the cluster is gone with its process, and brokers "
            "refuse to join a cluster of another id",
            kinds=("dead-service", "lost-topic"),
        )
    if granted_ms(topology) > asked_ms(topology):
        yield Permission(
            setting=f"tickTime={settings['tickTime']}",
            reason="no session is shorter than two ticks, whatever a broker asks for",
            kinds=("longer-session",),
        )
