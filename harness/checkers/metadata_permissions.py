"""What the settings of whoever keeps a cluster's metadata permit, under the harness's baseline."""

from collections.abc import Iterator

from harness.checkers.permission import Permission
from harness.model.topology import Topology
from harness.model.value import Settings

SESSION = "zookeeper.session.timeout.ms"
BROKER_BASELINE: Settings = {SESSION: 6000}
ZOOKEEPER_BASELINE: Settings = {"tickTime": 1000, "dataDir": "/var/lib/zookeeper"}


def session_timeout_ms(topology: Topology) -> int:
    """For how long brokers ask their sessions to outlive them."""
    return int({**BROKER_BASELINE, **topology.broker_settings}[SESSION])


def metadata_permissions(topology: Topology) -> Iterator[Permission]:
    """Everything that ZooKeeper's settings permit; KRaft has none that decide a promise."""
    if topology.metadata != "zookeeper":
        return
    settings = {**ZOOKEEPER_BASELINE, **topology.zookeeper_settings}
    if str(settings["dataDir"]).startswith("/dev/shm/"):  # noqa: S108 - of the server, not ours
        yield Permission(
            setting=f"dataDir={settings['dataDir']}",
            reason="what ZooKeeper knows of the cluster is gone with its process, and brokers "
            "refuse to join a cluster of another id",
            kinds=("dead-service", "lost-topic"),
        )
    tick_ms = int(settings["tickTime"])
    if 2 * tick_ms > session_timeout_ms(topology):
        yield Permission(
            setting=f"tickTime={tick_ms}",
            reason="no session is shorter than two ticks, whatever a broker asks for",
            kinds=("longer-session",),
        )
