"""What we administer, Kafka's own tools see as well, and the other way round."""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from confluent_kafka import KafkaException

from harness.backends.docker.stack import DockerStack
from harness.engine.commands import topics
from harness.engine.commands.asking import asked
from harness.kit.errors import HarnessError
from harness.kit.waits import NotYet, wait_until
from tests.docker.conftest import Tool

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture
def topic(stack: DockerStack, request: pytest.FixtureRequest) -> Iterator[str]:
    """A name that no topic has, before and after."""
    name = re.sub(r"\W", "-", request.node.name)
    yield name
    stack.kafka.delete_topic(name)


def on(stack: DockerStack) -> str:
    return stack.identity.stack


def seen(what: str, probe: Callable[[], bool]) -> None:
    """Every broker hears of a change, each in its own time."""
    wait_until(what, lambda: probe() or NotYet("it is not so"), limit_s=30, interval_s=0.5)


def test_the_tools_see_what_we_create_and_change(
    stack: DockerStack, topic: str, tool: Tool
) -> None:
    topics.create(stack.kafka, topic, partitions=2, replicas=3, settings=["retention.ms=60000"])
    described = tool("kafka-topics.sh", "--describe", "--topic", topic)
    assert "PartitionCount: 2" in described
    assert "ReplicationFactor: 3" in described
    stack.kafka.topics.add_partitions(topic, 5)
    topics.configure(stack.kafka, topic, ["cleanup.policy=compact", "retention.ms=1000"])
    seen(
        "the tool to see 5 partitions",
        lambda: "PartitionCount: 5" in tool("kafka-topics.sh", "--describe", "--topic", topic),
    )
    told = tool("kafka-configs.sh", "--describe", "--entity-type", "topics", "--entity-name", topic)
    assert settings_in(told.splitlines()) == {"cleanup.policy": "compact", "retention.ms": "1000"}
    stack.kafka.topics.delete(topic)
    seen("the topic to be gone", lambda: topic not in tool("kafka-topics.sh", "--list").split())


def test_we_see_what_the_tools_create_and_change(
    stack: DockerStack, topic: str, tool: Tool
) -> None:
    tool(
        "kafka-topics.sh", "--create", "--topic", topic,
        "--partitions", "2", "--replication-factor", "3", "--config", "segment.ms=500",
    )  # fmt: skip
    seen("the topic to be listed", lambda: topic in stack.kafka.topics.names())
    tool("kafka-topics.sh", "--alter", "--topic", topic, "--partitions", "3")
    tool(
        "kafka-configs.sh", "--alter", "--entity-type", "topics", "--entity-name", topic,
        "--add-config", "retention.ms=2000",
    )  # fmt: skip
    expected = [f"{topic}: 3 partitions", "  retention.ms=2000", "  segment.ms=500"]
    seen("our description", lambda: list(topics.description(stack.kafka, topic))[:3] == expected)
    lines = list(topics.description(stack.kafka, topic))
    assert [line.split(":")[0].strip() for line in lines[3:]] == [f"{topic}-{n}" for n in range(3)]
    tool("kafka-topics.sh", "--delete", "--topic", topic)
    seen("the topic to be gone", lambda: topic not in stack.kafka.topics.names())


def test_a_refusal_is_one_sentence(stack: DockerStack, topic: str) -> None:
    topics.create(stack.kafka, topic, partitions=3, replicas=3, settings=())
    with pytest.raises(HarnessError, match="3"):
        asked(on(stack), lambda kafka: kafka.topics.add_partitions(topic, 2))
    with pytest.raises(HarnessError, match=r"retention\.ms"):
        asked(on(stack), lambda kafka: topics.configure(kafka, topic, ["retention.ms=soon"]))
    with pytest.raises(KafkaException):
        stack.kafka.topics.delete(f"{topic}-not-there")


def settings_in(lines: Sequence[str]) -> dict[str, str]:
    """Settings in what kafka-configs.sh prints: `  name=value sensitive=false ...`."""
    found = (re.match(r"\s+([\w.]+)=(\S+) sensitive=", line) for line in lines)
    return {match[1]: match[2] for match in found if match}
