"""Feeds: how changes get from the source into topics, as Connect connectors."""

from collections.abc import Callable, Sequence

from harness.kit.errors import UsageError
from harness.model.feed_format import own_settings
from harness.model.pipeline import Path
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.systems.mysql.client import USER
from harness.workloads.pipeline.feeds.wiring import filled, wiring
from harness.workloads.pipeline.naming import Naming

REPLICAS = 3
TIMEOUTS = "connectTimeout=5000&socketTimeout=10000"


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


def jdbc_url(stack: Stack, database: str) -> str:
    """Where Connect's workers reach a database, through their own link."""
    host, port = stack.address("mysql", "connect")
    return f"jdbc:mysql://{host}:{port}/{database}?{TIMEOUTS}&nullDatabaseMeansCurrent=true"


def debezium(path: Path, naming: Naming, tables: Sequence[str], stack: Stack) -> Settings:
    """Debezium's MySQL connector, exactly once, one transaction a poll."""
    host, port = stack.address("mysql", "connect")
    brokers = (stack.address(broker, "connect") for broker in stack.topology.broker_names)
    return {
        "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        "tasks.max": 1,
        "exactly.once.support": "required",
        "transaction.boundary": "poll",
        "database.hostname": host,
        "database.port": port,
        "database.user": USER,
        "database.password": stack.password("connect"),
        "database.server.id": naming.server_id(naming.feed(path)),
        "topic.prefix": naming.prefix(path),
        "database.include.list": naming.source,
        "table.include.list": ",".join(f"{naming.source}.{table}" for table in tables),
        "schema.history.internal.kafka.bootstrap.servers": ",".join(
            f"{host}:{port}" for host, port in brokers
        ),
        "schema.history.internal.kafka.topic": f"{naming.prefix(path)}.schema-history",
        "schema.history.internal.store.only.captured.tables.ddl": True,
        "include.schema.changes": False,
        "snapshot.mode": "initial",
        "poll.interval.ms": 50,
        "connect.timeout.ms": 5000,
        # By default it takes two minutes to notice that MySQL is gone, RUNNING all the while. But a
        # reader that is held up for longer than this is taken for lost, and events come twice.
        "connect.keep.alive.interval.ms": 10_000,
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


def jdbc(path: Path, naming: Naming, tables: Sequence[str], stack: Stack) -> Settings:
    """A polling JDBC source: rows by a timestamp and their key, as Confluent's connector names it.

    It writes rows, not changes: a transform takes the key out of the row. Of its columns it is
    told those that its mode looks at, since it refuses others.
    """
    mode = str(path.feed.settings.get("mode", "timestamp+incrementing"))
    return {
        "connector.class": "io.kafkachaos.jdbc.JdbcSourceConnector",
        "tasks.max": 1,
        "connection.url": jdbc_url(stack, naming.source),
        "connection.user": USER,
        "connection.password": stack.password("connect"),
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


FEEDS: dict[str, Callable[[Path, Naming, Sequence[str], Stack], Settings]] = {
    "debezium": debezium,
    "jdbc": jdbc,
}


def start_feed(path: Path, naming: Naming, tables: Sequence[str], stack: Stack) -> None:
    """Start the feed of a path and wait until it runs; its own settings are laid over.

    Raises:
        UsageError: there is no feed of that kind yet, or Connect refuses the settings.
    """
    if path.feed.kind not in FEEDS:
        raise UsageError(f"path {path.name}: no feed {path.feed.kind!r}; known: {', '.join(FEEDS)}")
    told = wiring(path, None, naming, tables, stack=stack, caller="connect")
    own = filled(own_settings(path.feed), told, f"the connector that feeds {path.name}")
    ours = FEEDS[path.feed.kind](path, naming, tables, stack) if path.feed.connector is None else {}
    settings = {**ours, **own}
    stack.connect.create(naming.feed(path), settings)
    stack.connect.wait_running(naming.feed(path))
