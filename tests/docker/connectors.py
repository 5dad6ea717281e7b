"""Connectors that tests of this folder create."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.backends.docker.stack import DockerStack
from harness.model.value import Settings

ONE_TOPIC: Settings = {
    "tasks.max": 1,
    "topic.creation.default.replication.factor": 3,
    "topic.creation.default.partitions": 1,
}


@contextmanager
def connector(stack: DockerStack, name: str, config: Settings) -> Iterator[str]:
    """A connector that runs when the block begins and is gone when it ends."""
    stack.connect.create(name, {**ONE_TOPIC, **config})
    try:
        stack.connect.wait_running(name)
        yield name
    finally:
        stack.connect.delete(name)


def file_source(topic: str) -> Settings:
    """Sends the lines of a file that every worker has."""
    return {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
        "file": "/etc/hostname",
        "topic": topic,
    }


def change_capture(stack: DockerStack, database: str) -> Settings:
    """Debezium on one database of the stack's MySQL; topics are `<database>.<database>.<table>`."""
    host, port = stack.address("mysql", "connect")
    brokers = (stack.address(name, "connect") for name in stack.topology.broker_names)
    return {
        "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        "database.hostname": host,
        "database.port": port,
        "database.user": "chaos",
        "database.password": stack.password("connect"),
        "database.server.id": 4711,
        "database.include.list": database,
        "topic.prefix": database,
        "schema.history.internal.kafka.bootstrap.servers": ",".join(
            f"{host}:{port}" for host, port in brokers
        ),
        "schema.history.internal.kafka.topic": f"{database}-history",
        "poll.interval.ms": 50,
        "connect.timeout.ms": 5000,
        "retriable.restart.connector.wait.ms": 1000,
        # A lost connection is noticed at the second such check; there is one a minute by default.
        "connect.keep.alive.interval.ms": 1000,
        "exactly.once.support": "required",
    }
