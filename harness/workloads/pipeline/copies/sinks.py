"""Copies in tables, filled by Connect's JDBC sink."""

from collections.abc import Sequence

from harness.model.pipeline import Copy, Path
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.systems.mysql.client import USER
from harness.workloads.pipeline.feeds.connectors import REPLICAS, avro, jdbc_url
from harness.workloads.pipeline.feeds.wiring import filled, wiring
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.dead_letters import queue_settings
from harness.workloads.pipeline.topics.sink_formats import laid_over, like_the_feed

BATCHED = "rewriteBatchedStatements=true"


def jdbc_sink(
    path: Path, copy: Copy, naming: Naming, tables: Sequence[str], stack: Stack
) -> Settings:
    """Debezium's JDBC sink: upserts and deletes by the record's key, read committed.

    One's own configuration takes the place of all that; the copy's settings are laid over either.
    """
    told = wiring(path, copy, naming, tables, stack=stack, caller="connect")
    owner = f"the connector that fills {copy.name}"
    if copy.connector is not None:
        return filled({**copy.connector, **copy.settings}, told, owner)
    return {
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": 1,
        "topics": ",".join(naming.topics(path, tables)),
        # Without it a batch is one round trip for each row, which halves the rate of a sink.
        "connection.url": f"{jdbc_url(stack, naming.copies(path, copy))}&{BATCHED}",
        "connection.username": USER,
        "connection.password": stack.password("connect"),
        "insert.mode": "upsert",
        "delete.enabled": True,
        "primary.key.mode": "record_key",
        "schema.evolution": "none",
        "collection.name.format": "${source.table}",
        "consumer.override.isolation.level": "read_committed",
        "consumer.override.auto.offset.reset": "earliest",
        **avro(stack, registering=False),
        **filled(like_the_feed(path, naming, tables), told, owner),
        **laid_over(filled(copy.settings, told, owner), path, naming, tables),
        **queue_settings(path, copy, naming, REPLICAS),
    }
