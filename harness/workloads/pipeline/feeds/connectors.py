"""Feeds: how changes get from the source into topics, as Connect connectors."""

from collections.abc import Callable, Sequence

from harness.kit.errors import UsageError
from harness.model.pipeline.feed_format import own_settings
from harness.model.pipeline.paths import Path
from harness.model.ports.source import Source
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.workloads.pipeline.feeds.wiring import filled, wiring
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems

REPLICAS = 3


def avro(stack: Stack, *, registering: bool) -> Settings:
    """Converter settings for Avro with Confluent's wire format over the stack's registry."""
    host, port = stack.address("registry", "connect")
    settings: Settings = {}
    for part in ("key", "value"):
        prefix = f"{part}.converter.apicurio.registry"
        settings |= {
            f"{part}.converter": "io.apicurio.registry.utils.converter.AvroConverter",
            f"{prefix}.url": f"http://{host}:{port}/apis/registry/v2",
            f"{prefix}.as-confluent": True,
            f"{prefix}.use-id": "contentId",
            f"{prefix}.headers.enabled": False,
        }
        if registering:
            settings |= {f"{prefix}.auto-register": True, f"{prefix}.find-latest": True}
    return settings


def debezium(
    path: Path, naming: Naming, tables: Sequence[str], stack: Stack, source: Source
) -> Settings:
    """Debezium's connector for the source, exactly once, one transaction a poll."""
    return {
        "tasks.max": 1,
        "exactly.once.support": "required",
        "transaction.boundary": "poll",
        **source.debezium(naming.feed(path), naming.prefix(path), tables),
        "topic.prefix": naming.prefix(path),
        "snapshot.mode": "initial",
        "poll.interval.ms": 50,
        "retriable.restart.connector.wait.ms": 1000,
        "schema.name.adjustment.mode": "avro",
        "topic.creation.default.replication.factor": REPLICAS,
        "topic.creation.default.partitions": path.feed.partitions,
        **{
            f"topic.creation.default.{name}": value
            for name, value in path.feed.topic_settings.items()
        },
        **avro(stack, registering=True),
    }


def jdbc(
    path: Path, naming: Naming, tables: Sequence[str], stack: Stack, source: Source
) -> Settings:
    """A polling JDBC source: rows by a timestamp and their key, as Confluent's connector names it.

    It writes rows, not changes: a transform takes the key out of the row. Of its columns it is
    told those that its mode looks at, since it refuses others.
    """
    mode = str(path.feed.settings.get("mode", "timestamp+incrementing"))
    return {
        "connector.class": "io.kafkachaos.jdbc.JdbcSourceConnector",
        "tasks.max": 1,
        **source.jdbc(),
        "table.whitelist": ",".join(tables),
        "topic.prefix": f"{naming.prefix(path)}.{naming.source}.",
        "mode": mode,
        **({"timestamp.column.name": "changed"} if "timestamp" in mode else {}),
        **({"incrementing.column.name": "id"} if "incrementing" in mode else {}),
        "timestamp.delay.interval.ms": 1000,
        "poll.interval.ms": 200,
        "exactly.once.support": "required",
        "transaction.boundary": "poll",
        "transforms": "key",
        "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
        "transforms.key.fields": "id",
        "topic.creation.default.replication.factor": REPLICAS,
        "topic.creation.default.partitions": path.feed.partitions,
        **avro(stack, registering=True),
    }


FEEDS: dict[str, Callable[[Path, Naming, Sequence[str], Stack, Source], Settings]] = {
    "debezium": debezium,
    "jdbc": jdbc,
}


def start_feed(
    path: Path, naming: Naming, tables: Sequence[str], *, stack: Stack, systems: Systems
) -> None:
    """Start the feed of a path and wait until it runs; its own settings are laid over.

    Raises:
        UsageError: there is no feed of that kind yet, or Connect refuses the settings.
    """
    if path.feed.kind not in FEEDS:
        raise UsageError(
            f"path {path.name}: unknown feed {path.feed.kind!r}; known: {', '.join(FEEDS)}"
        )
    told = wiring(path, None, naming, tables, stack=stack, systems=systems, caller="connect")
    own = filled(own_settings(path.feed), told, f"the connector that feeds {path.name}")
    if path.feed.connector is None:
        own = {**FEEDS[path.feed.kind](path, naming, tables, stack, systems.source), **own}
    stack.connect.create(naming.feed(path), own)
    stack.connect.wait_running(naming.feed(path))
