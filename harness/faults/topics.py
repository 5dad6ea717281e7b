"""Topics: they are changed while they are in use, as an operator does."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.ranges import Partitions
from harness.model.value import Scalar, Value, as_text


class AddPartitionsSettings(Value, frozen=True, kw_only=True):
    """Which topic, and how many partitions it has then."""

    topic: str
    total: Partitions


class ConfigureSettings(Value, frozen=True, kw_only=True):
    """Which setting of which topic, by Kafka's name of it, and what it becomes."""

    topic: str
    setting: str
    value: Scalar


@fault("topic.add-partitions")
class AddPartitions(Fault[AddPartitionsSettings]):
    """Add partitions to a topic; existing keys may map to other partitions.

    They stay: Kafka takes no partition away. A topic that has so many already is left as it is.
    """

    settings: ClassVar[type[Value]] = AddPartitionsSettings
    momentary: ClassVar[bool] = True

    def inject(self, injection: Injection[AddPartitionsSettings]) -> None:
        """Ask for them."""
        settings, kafka = injection.settings, injection.stack.kafka
        if len(kafka.describe([settings.topic])[settings.topic]) < settings.total:
            kafka.topics.add_partitions(settings.topic, settings.total)

    def witness(self, injection: Injection[AddPartitionsSettings]) -> str | NotYet:
        """How many partitions the cluster shows, each with a leader."""
        settings = injection.settings
        states = injection.stack.kafka.describe([settings.topic]).get(settings.topic, ())
        led = sum(state.leader is not None for state in states)
        said = f"{settings.topic} has {led} partitions with a leader"
        return said if led == settings.total else NotYet(said)


@fault("topic.configure")
class Configure(Fault[ConfigureSettings]):
    """Change a setting of a topic, such as its retention.

    It stays as it is; topics of a run are deleted at its end.
    """

    settings: ClassVar[type[Value]] = ConfigureSettings
    momentary: ClassVar[bool] = True

    def inject(self, injection: Injection[ConfigureSettings]) -> None:
        """Change it."""
        settings = injection.settings
        injection.stack.kafka.topics.configure(settings.topic, {settings.setting: settings.value})

    def witness(self, injection: Injection[ConfigureSettings]) -> str | NotYet:
        """What the cluster says that it is."""
        settings = injection.settings
        seen = injection.stack.kafka.topics.settings(settings.topic).get(settings.setting)
        said = f"{settings.topic} has {settings.setting}={seen}"
        return said if seen == as_text(settings.value) else NotYet(said)
