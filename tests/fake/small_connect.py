"""Connect in memory between two databases of one server, with what it needs and nothing more."""

from collections.abc import Callable
from typing import cast

from harness.backends.fake.connect.client import FakeConnect
from harness.backends.fake.connect.world import World
from harness.backends.fake.data import ddl
from harness.backends.fake.data.rows import Row
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.data.transaction import Transaction
from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.seams import Seams
from harness.model.ports.registry import SchemaRegistry
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Topic

ORDERS = (
    "CREATE TABLE orders (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, "
    "amount DECIMAL(12,4), note JSON, placed_at DATETIME(6), changed TIMESTAMP(6) NOT NULL "
    "DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))"
)
TOPIC = "shop.src.orders"
AVRO: Settings = {
    f"{part}.converter{name}": value
    for part in ("key", "value")
    for name, value in (
        ("", "io.apicurio.registry.utils.converter.AvroConverter"),
        (".apicurio.registry.as-confluent", True),
        (".apicurio.registry.use-id", "contentId"),
    )
}
FEED: Settings = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "topic.prefix": "shop",
    "database.include.list": "src",
    "include.schema.changes": False,
    "poll.interval.ms": 50,
    "retriable.restart.connector.wait.ms": 1000,
    "topic.creation.default.replication.factor": 3,
    **AVRO,
}
SINK: Settings = {
    "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
    "topics": TOPIC,
    "connection.url": "jdbc:mysql://mysql:3306/dst?connectTimeout=5000",
    "insert.mode": "upsert",
    "delete.enabled": True,
    "primary.key.mode": "record_key",
    "collection.name.format": "${source.table}",
    "consumer.override.isolation.level": "read_committed",
    **AVRO,
}


class MemorySchemas:
    """Ids in order of coming."""

    def __init__(self) -> None:
        self._schemas: list[str] = []

    def register(self, _subject: str, schema: str) -> int:
        if schema not in self._schemas:
            self._schemas.append(schema)
        return self._schemas.index(schema) + 1

    def schema_by(self, _name: str, number: int) -> str:
        return self._schemas[number - 1]


class SmallConnect:
    """A table `orders` in `src` and in `dst`, a topic of three partitions, two workers."""

    def __init__(self, workers: Settings | None = None) -> None:
        topology = Topology(
            connect_workers=2, mysql=True, registry=True, connect_settings=workers or {}
        )
        self.cluster = Cluster(topology, seed=1, seams=Seams())
        self.kafka = FakeKafka(self.cluster)
        self.database = DatabaseServer("mysql", self.cluster.clock)
        registry = cast("SchemaRegistry", MemorySchemas())
        self.connect = FakeConnect(
            World(
                topology=topology,
                cluster=self.cluster,
                registry=lambda: registry,
                database=lambda: self.database,
            )
        )
        for name in ("src", "dst"):
            self.database.databases[name] = {}
            self.database.create(name, ddl.parse(ORDERS))
        self.cluster.create(Topic(name=TOPIC, partitions=3))

    def start(self, name: str, settings: Settings) -> None:
        """Start a connector."""
        self.connect.create(name, settings)
        self.connect.wait_running(name)

    def change(self, act: Callable[[Transaction], object]) -> None:
        """One transaction of the source."""
        transaction = self.database.begin()
        act(transaction)
        transaction.commit()
        self.database.end(transaction)

    def put(self, key: int, version: int) -> None:
        """Write a row of the source."""
        table = self.database.table("src", "orders")
        self.change(lambda at: at.upsert(table, {"id": key, "version": version}))

    def remove(self, key: int) -> None:
        """Delete a row of the source."""
        table = self.database.table("src", "orders")
        self.change(lambda at: at.delete(table, key))

    def rows(self, database: str) -> list[Row]:
        """What a database holds, in order."""
        found = self.database.table(database, "orders").committed()
        return sorted(found, key=lambda row: str(row["id"]))

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.cluster.clock.pause(seconds)

    def records(self, topic: str = TOPIC) -> int:
        """How many committed records a topic has."""
        group = f"reader-of-{topic}-{self.cluster.clock.now_ns()}"
        consumer = self.kafka.consumer({"group.id": group, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        found = 0
        for _ in range(20):
            found += sum(each.error() is None for each in consumer.consume(10_000, 0))
            self.pause(0.1)
        consumer.close()
        return found
