"""Which clients the producers and consumers of a scenario are, and what their settings come to."""

from harness.model.defaults.dialects import LIBRDKAFKA, Dialect, Sending, console, sending
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Consumers, Producers


def producer_dialect(producers: Producers, topology: Topology) -> Dialect:
    """The client that these producers are; tools are of the brokers' version."""
    return console(topology.kafka_version) if producers.client == "console" else LIBRDKAFKA


def consumer_dialect(consumers: Consumers) -> Dialect:
    """The client that these consumers are; no default of theirs depends on its version."""
    return console() if consumers.mode == "console" else LIBRDKAFKA


def sending_of(producers: Producers, topology: Topology) -> Sending:
    """What the settings of these producers come to; in transactions they are idempotent."""
    own: Settings = {"enable.idempotence": True} if producers.transactions else {}
    return sending(producer_dialect(producers, topology), {**producers.settings, **own})


def consumer_settings(consumers: Consumers) -> Settings:
    """All settings of these consumers, those that nobody gave among them."""
    settings = consumer_dialect(consumers).of_consumer(consumers.settings)
    by_hand: Settings = {"enable.auto.commit": False} if consumers.commit == "application" else {}
    return {**settings, **by_hand}


def reads_uncommitted(consumers: Consumers) -> bool:
    """Whether these consumers are given records of transactions that are not over."""
    return consumer_settings(consumers)["isolation.level"] == "read_uncommitted"
