"""Topics of a cluster, for people: what they have, and changes to them.

All that asks a cluster raises HarnessError, or KafkaException when it refuses or does not answer.
"""

from collections.abc import Iterator, Sequence

from harness.kit.errors import UsageError
from harness.model.ports.kafka import Kafka
from harness.model.value import Settings
from harness.model.workload import Topic


def description(kafka: Kafka, topic: str) -> Iterator[str]:
    """What a topic is made of, line by line."""
    states, settings = kafka.describe([topic]), kafka.topics.settings(topic)
    yield f"{topic}: {len(states[topic])} partitions"
    for name, value in sorted(settings.items()):
        yield f"  {name}={value}"
    for state in states[topic]:
        leader = "no leader" if state.leader is None else f"leader {state.leader}"
        replicas, in_sync = (_listed(each) for each in (state.replicas, state.isr))
        yield f"  {topic}-{state.partition}: {leader}, replicas {replicas}, in sync {in_sync}"


def create(
    kafka: Kafka, topic: str, *, partitions: int, replicas: int, settings: Sequence[str]
) -> None:
    """Create a topic, with settings as `name=value`, and wait until it is fully replicated."""
    wanted = Topic(
        name=topic, partitions=partitions, replicas=replicas, settings=_settings(settings)
    )
    kafka.create_topic(wanted)


def configure(kafka: Kafka, topic: str, settings: Sequence[str]) -> None:
    """Change settings of a topic, each given as `name=value`."""
    kafka.topics.configure(topic, _settings(settings))


def _settings(texts: Sequence[str]) -> Settings:
    found: Settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise UsageError(f"{text!r} is not a setting: use name=value")
        found[name] = value
    return found


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, sorted(numbers)))
