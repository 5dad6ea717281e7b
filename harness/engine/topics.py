"""Topics of a running stack, for people: what they have, and changes to them."""

from collections.abc import Iterator, Sequence

from harness.engine.asking import asked
from harness.kit.errors import UsageError
from harness.model.value import Settings
from harness.model.workload import Topic


def names(stack: str | None) -> tuple[str, ...]:
    """Every topic that the cluster has.

    Raises:
        HarnessError: the cluster does not answer; so do all others here.
    """
    return asked(stack, lambda kafka: kafka.topics.names())


def description(stack: str | None, topic: str) -> Iterator[str]:
    """What a topic is made of, line by line."""
    states, settings = asked(
        stack, lambda kafka: (kafka.describe([topic]), kafka.topics.settings(topic))
    )
    yield f"{topic}: {len(states[topic])} partitions"
    for name, value in sorted(settings.items()):
        yield f"  {name}={value}"
    for state in states[topic]:
        leader = "no leader" if state.leader is None else f"leader {state.leader}"
        replicas, in_sync = (_listed(each) for each in (state.replicas, state.isr))
        yield f"  {topic}-{state.partition}: {leader}, replicas {replicas}, in sync {in_sync}"


def create(
    stack: str | None, topic: str, *, partitions: int, replicas: int, settings: Sequence[str]
) -> None:
    """Create a topic and wait until it is fully replicated."""
    wanted = Topic(
        name=topic, partitions=partitions, replicas=replicas, settings=_settings(settings)
    )
    asked(stack, lambda kafka: kafka.create_topic(wanted))


def add_partitions(stack: str | None, topic: str, total: int) -> None:
    """Let a topic have `total` partitions."""
    asked(stack, lambda kafka: kafka.topics.add_partitions(topic, total))


def configure(stack: str | None, topic: str, settings: Sequence[str]) -> None:
    """Change settings of a topic, each given as `name=value`."""
    asked(stack, lambda kafka: kafka.topics.configure(topic, _settings(settings)))


def delete(stack: str | None, topic: str) -> None:
    """Delete a topic."""
    asked(stack, lambda kafka: kafka.topics.delete(topic))


def _settings(texts: Sequence[str]) -> Settings:
    found: Settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise UsageError(f"{text!r} is no setting: give name=value")
        found[name] = value
    return found


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, sorted(numbers)))
