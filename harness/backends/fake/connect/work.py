"""What a worker gives each task: the connector's settings, and what is made of them."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.connect.converters import Converter
from harness.backends.fake.connect.seams import ConnectSeams
from harness.backends.fake.connect.transforms.chain import Chain
from harness.backends.fake.kafka.clients import FakeKafka
from harness.model.value import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One task's."""

    connector: str
    number: int
    settings: Settings
    key: Converter
    value: Converter
    chain: Chain
    kafka: FakeKafka
    """Of the worker."""
    clock: VirtualClock
    topics: set[str]
    """Those that the connector has written to or read from; grows."""
    flush_ns: int
    """How often is written how far it came."""
    seams: ConnectSeams
    paused: Callable[[], bool]

    @property
    def tolerant(self) -> bool:
        """Whether a record that cannot be converted or transformed is passed over."""
        return self.settings.get("errors.tolerance") == "all"
