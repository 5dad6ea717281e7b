"""What traffic a scenario drives."""

from typing import Literal

from harness.model.value import Settings, Value


class Topic(Value, frozen=True, kw_only=True):
    """A topic that a scenario owns; its real name gets the run's prefix."""

    name: str
    partitions: int = 1
    replicas: int = 3
    settings: Settings = {}


class Producers(Value, frozen=True, kw_only=True):
    """Producers of one kind.

    `settings` are librdkafka's, laid over the harness's own; what they promise is read from them.
    `belief` is when the application takes a record as sent: at its delivery report, or as soon as
    `produce()` returned (what an application without callbacks does).
    `ending` is how the application stops: it flushes, or it leaves (process gone, queue lost).
    """

    name: str = "producer"
    topic: str
    count: int = 1
    settings: Settings = {}
    rate_per_s: float = 500.0
    """Sends per second of each producer; 0 is as fast as it can."""
    batch: int = 10
    """Sends between two looks at delivery reports."""
    keys: int = 16
    """Distinct keys of each producer; keys of different producers differ."""
    value_bytes: int = 16
    belief: Literal["delivery", "enqueue"] = "delivery"
    ending: Literal["flush", "leave"] = "flush"


class Consumers(Value, frozen=True, kw_only=True):
    """Consumers of one kind: members of one group, or readers with partitions assigned by hand."""

    name: str = "consumer"
    topic: str
    count: int = 1
    mode: Literal["group", "assigned"] = "group"
    settings: Settings = {}
    batch: int = 500


class LogWorkload(Value, frozen=True, kw_only=True, tag="log"):
    """Producers and consumers over topics, and a final read of every partition to its end."""

    topics: tuple[Topic, ...]
    producers: tuple[Producers, ...]
    consumers: tuple[Consumers, ...] = ()
