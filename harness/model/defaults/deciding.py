"""Which settings of a server a promise depends on: what is read of it before chaos begins."""

from harness.model.defaults.brokers import broker_settings
from harness.model.defaults.caches import IMAGE
from harness.model.topology import Topology

MYSQL = ("innodb_flush_log_at_trx_commit", "sync_binlog")
POSTGRES = ("fsync", "max_slot_wal_keep_size", "synchronous_commit")


def deciding_settings(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Service → names of such settings, for every kind of service that can be asked for them."""
    of_brokers = tuple(broker_settings(topology))
    return {
        **dict.fromkeys(topology.broker_names, of_brokers),
        **({"mysql": MYSQL} if topology.mysql else {}),
        **({"postgres": POSTGRES} if topology.postgres else {}),
        **({"redis": tuple(IMAGE)} if topology.redis else {}),
    }
