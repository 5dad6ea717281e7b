"""What promises are derived from is what brokers, tools and Redis on real containers run with."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its public names
    ConfigResource,
    ResourceType,
)

from harness.backends.docker.stack import DockerStack
from harness.model.defaults.brokers import broker_settings, topic_settings
from harness.model.defaults.caches import redis_settings
from harness.model.defaults.dialects import console
from harness.model.topology import Topology
from harness.model.value import Settings, as_text
from harness.model.workload import Topic
from harness.systems.kafka.service import INTERNAL_PORT
from tests.docker.conftest import booted

pytestmark = [pytest.mark.docker, pytest.mark.slow]

TOPIC = "effective-settings"
UNASKED = {"partitioner", "enable.auto.offset.store"}
"""Java chooses partitions by code, and has no offsets that an application stores."""
LOGGED = "-Dlog4j.configuration=file:/opt/kafka/config/server-log4j.properties"


@pytest.fixture(scope="module")
def topic(stack: DockerStack) -> Iterator[str]:
    """A topic without settings of its own."""
    stack.kafka.create_topic(Topic(name=TOPIC))
    yield TOPIC
    stack.kafka.delete_topic(TOPIC)


def described(stack: DockerStack, kind: ResourceType, name: str) -> dict[str, str]:
    """The settings that a broker says it, or a topic, has."""
    admin: Any = stack.kafka._admin
    resource = ConfigResource(kind, name)
    found = admin.describe_configs([resource])[resource].result(timeout=10)
    return {entry.name: str(entry.value) for entry in found.values()}


def texts(believed: Settings, running: dict[str, str]) -> dict[str, str]:
    return {name: as_text(value) for name, value in believed.items() if name in running}


def test_brokers_run_with_what_promises_are_derived_from(stack: DockerStack) -> None:
    believed = broker_settings(stack.topology)
    for number in stack.topology.broker_ids:
        running = described(stack, ResourceType.BROKER, str(number))
        assert not believed.keys() - running.keys()
        assert {name: running[name] for name in believed} == texts(believed, running)


def test_a_topic_has_what_promises_are_derived_from(stack: DockerStack, topic: str) -> None:
    believed = topic_settings(stack.topology, {})
    running = described(stack, ResourceType.TOPIC, topic)
    assert not believed.keys() - running.keys()
    assert {name: running[name] for name in believed} == texts(believed, running)


@pytest.fixture(params=[{}, {"appendonly": True, "maxmemory": 1_000_000}], ids=str)
def cache(request: pytest.FixtureRequest) -> Iterator[DockerStack]:
    """A Redis alone, with settings of its own or without."""
    yield from booted(Topology(brokers=0, redis=True, redis_settings=request.param))


def test_redis_runs_with_what_promises_are_derived_from(cache: DockerStack) -> None:
    client: Any = cache.redis.client()
    for name, value in redis_settings(cache.topology).items():
        said = {"true": "yes", '""': ""}.get(as_text(value), as_text(value))
        assert client.config_get(name)[name] == said


@pytest.mark.parametrize("kind", ["producer", "consumer"])
def test_the_console_tools_run_with_what_promises_are_derived_from(
    stack: DockerStack, topic: str, kind: str
) -> None:
    more = " --from-beginning --timeout-ms 1000" if kind == "consumer" else ""
    tool = (
        f"kafka-console-{kind}.sh --bootstrap-server broker-1:{INTERNAL_PORT} --topic {topic}{more}"
    )
    printed: list[bytes] = []
    stack.exec_in(
        "broker-1",
        ["sh", "-c", f"KAFKA_OPTS={LOGGED} {tool} </dev/null"],
        lambda _stream, text: printed.append(text),
    )
    said = dict(re.findall(r"^\t([a-z.]+) = (.*)$", b"".join(printed).decode(), re.MULTILINE))
    dialect = console(stack.topology.kafka_version)
    names = {ours: other for other, ours in dialect.synonyms.items()}
    believed = dialect.producer if kind == "producer" else dialect.consumer
    asked = {name: value for name, value in believed.items() if name not in UNASKED}
    running = {name: said[names.get(name, name)] for name in asked}
    running = {name: "all" if value == "-1" else value for name, value in running.items()}
    assert running == {name: as_text(value) for name, value in asked.items()}
