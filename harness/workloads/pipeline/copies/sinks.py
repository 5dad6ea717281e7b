"""Copies in tables, filled by Connect's JDBC sink."""

from collections.abc import Sequence

from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.workloads.pipeline.feeds.connectors import REPLICAS, avro
from harness.workloads.pipeline.feeds.wiring import filled, wiring
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems
from harness.workloads.pipeline.topics.dead_letters import queue_settings
from harness.workloads.pipeline.topics.sink_formats import laid_over, like_the_feed


def jdbc_sink(
    path: Path,
    copy: Copy,
    naming: Naming,
    tables: Sequence[str],
    *,
    stack: Stack,
    systems: Systems,
) -> Settings:
    """Debezium's JDBC sink: upserts and deletes by the record's key, read committed.

    One's own configuration takes the place of all that; the copy's settings are laid over either.
    """
    told = wiring(path, copy, naming, tables, stack=stack, systems=systems, caller="connect")
    owner = f"the connector that fills {copy.name}"
    if copy.connector is not None:
        return filled({**copy.connector, **copy.settings}, told, owner)
    store = systems.tables(path, copy)
    ours: Settings = {
        "collection.name.format": "${source.table}",
        **filled(like_the_feed(path, naming, tables), told, owner),
    }
    ours["collection.name.format"] = store.qualified(str(ours["collection.name.format"]))
    return {
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": 1,
        "topics": ",".join(naming.topics(path, tables)),
        **store.jdbc_sink(),
        "insert.mode": "upsert",
        "delete.enabled": True,
        "primary.key.mode": "record_key",
        "schema.evolution": "none",
        "consumer.override.isolation.level": "read_committed",
        "consumer.override.auto.offset.reset": "earliest",
        **avro(stack, registering=False),
        **ours,
        **laid_over(filled(copy.settings, told, owner), path, naming, tables),
        **queue_settings(path, copy, naming, REPLICAS),
    }
