"""Administration of topics: every call is one request to the cluster, over the client links.

Nothing is asked twice here: who calls decides what an error means (see `topic_errors`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its public names
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    ResourceType,
)
from confluent_kafka.cimpl import NewPartitions, NewTopic

from harness.model.value import Settings, as_text
from harness.model.workload import Topic

REQUEST_LIMIT_S = 10.0


class TopicAdmin:
    """Implements `harness.model.ports.stack.Topics`.

    Args:
        client: gives the client to ask with.

    Every call raises KafkaException when the cluster refuses, or does not answer in time.
    """

    def __init__(self, client: Callable[[], AdminClient]) -> None:
        self._client = client

    def create(self, topic: Topic) -> None:
        """Create `topic`; it may take a moment until every broker knows it."""
        new = NewTopic(topic.name, topic.partitions, topic.replicas, config=_texts(topic.settings))
        self._await(self._client().create_topics([new], request_timeout=REQUEST_LIMIT_S))

    def add_partitions(self, name: str, total: int) -> None:
        """Let a topic have `total` partitions; the cluster refuses to take any away."""
        more = NewPartitions(name, total)
        self._await(self._client().create_partitions([more], request_timeout=REQUEST_LIMIT_S))

    def configure(self, name: str, settings: Settings) -> None:
        """Change settings of a topic; those that are not named stay."""
        entries = [
            ConfigEntry(key, text, incremental_operation=AlterConfigOpType.SET)
            for key, text in _texts(settings).items()
        ]
        changed = ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
        client = self._client()
        self._await(client.incremental_alter_configs([changed], request_timeout=REQUEST_LIMIT_S))

    def delete(self, name: str) -> None:
        """Delete a topic."""
        self._await(self._client().delete_topics([name], request_timeout=REQUEST_LIMIT_S))

    def names(self) -> tuple[str, ...]:
        """Every topic that the cluster has, its own among them, in order."""
        client = self._client()
        found = client.list_topics(timeout=REQUEST_LIMIT_S).topics
        client.poll(0)
        return tuple(sorted(found))

    def settings(self, name: str) -> Settings:
        """The settings that a topic has of its own."""
        own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        entries = self._described(ResourceType.TOPIC, name)
        return {key: entry.value for key, entry in entries.items() if entry.source == own}

    def effective(self, name: str) -> Settings:
        """All settings that a topic runs with; not those that the cluster keeps secret."""
        return self._shown(ResourceType.TOPIC, name)

    def of_broker(self, number: int) -> Settings:
        """All settings that a broker runs with; not those that it keeps secret."""
        return self._shown(ResourceType.BROKER, str(number))

    def _shown(self, kind: ResourceType, name: str) -> Settings:
        entries = self._described(kind, name)
        return {key: entry.value for key, entry in entries.items() if entry.value is not None}

    def _described(self, kind: ResourceType, name: str) -> Mapping[str, Any]:
        client = self._client()
        asked = ConfigResource(kind, name)
        (entries,) = self._await(client.describe_configs([asked], request_timeout=REQUEST_LIMIT_S))
        found: Mapping[str, Any] = entries
        return found

    def _await(self, answers: Mapping[Any, Any]) -> list[Any]:
        """The answers, once they are there."""
        try:
            return [answer.result() for answer in answers.values()]
        finally:
            self._client().poll(0)  # hands librdkafka's log lines to the logger


def said(error: KafkaException) -> str:
    """What the cluster, or the client, said about a request."""
    return str(error.args[0].str())


def _texts(settings: Settings) -> dict[str, str]:
    return {name: as_text(value) for name, value in settings.items()}
