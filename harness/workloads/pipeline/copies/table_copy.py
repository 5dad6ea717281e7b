"""A copy in tables, kept by Python: one worker reads a path's topics, others apply the events.

What was applied is committed after that, never before; a group's member that starts over repeats
what was not committed, which versions make harmless.
"""

import logging
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.clients import Message
from harness.model.ports.stack import Stack
from harness.model.ports.store import Tables
from harness.model.value import Settings, Value
from harness.workloads.lanes import READ_AHEAD, Dealer, Progress
from harness.workloads.pipeline.copies.lanes import LaneWorker, Partition, Placed
from harness.workloads.pipeline.feeds.python_settings import split
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.decoding import decoder_of
from harness.workloads.pipeline.topics.wires import RegistryLostError
from harness.workloads.worker import IDLE_S

log = logging.getLogger(__name__)

POLL_S = 0.1
RETRY_S = 0.2
CONSUMER: Settings = {
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
}


class TableSettings(Value, frozen=True, kw_only=True):
    """How the copy works; whatever else its settings say is for its consumer."""

    threads: int = 1
    """How many apply events at the same time."""
    lanes: bool = True
    """All events of a row go to the same of them."""
    versioned: bool = True
    """Never replace a version by an older one."""


class TableCopyWorker:
    """Reads a path's topics and hands every event to a lane.

    `lanes` are workers of their own.

    Raises:
        UsageError: a setting does not fit.
    """

    def __init__(
        self,
        path: Path,
        copy: Copy,
        naming: Naming,
        tables: Sequence[str],
        *,
        stack: Stack,
        store: Tables,
    ) -> None:
        self.name = f"{path.name}-{copy.name}"
        settings, consumer = split(TableSettings, copy.settings, f"copy {copy.name}")
        if settings.threads < 1:
            raise UsageError(f"copy {copy.name}: threads must be at least 1")
        self._decoder = decoder_of(path, naming, tables, stack)
        self._progress: Progress[Partition] = Progress()
        self._dealer = Dealer(settings.threads, per_key=settings.lanes)
        self.lanes = tuple(
            LaneWorker(
                f"{self.name}-lane-{number}",
                store,
                progress=self._progress,
                versioned=settings.versioned,
            )
            for number in range(settings.threads)
        )
        self._messages: list[Message] = []
        self._committed: dict[Partition, int] = {}
        group: Settings = {"group.id": naming.connector(path, copy)}
        self._consumer = stack.kafka.consumer({**CONSUMER, **group, **consumer})
        self._consumer.subscribe(naming.topics(path, tables), on_revoke=self._revoked)

    def step(self) -> float:
        """Commit what is applied, and read on when the lanes keep up."""
        try:
            self._commit()
            if self._progress.unfinished() >= READ_AHEAD:
                return RETRY_S
            if not self._messages:
                messages = self._consumer.consume(200, POLL_S)
                self._messages = [each for each in messages if each.error() is None]
            if not self._messages:
                return IDLE_S  # the real poll has waited already, a fake one has not
            self._deal()
        except (KafkaException, RegistryLostError) as error:
            log.warning("%s: %s", self.name, error)
            return RETRY_S
        return 0.0

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()
        self._decoder.close()

    def _deal(self) -> None:
        while self._messages:
            message = self._messages[0]
            event = self._decoder.event(message)
            placed = Placed((message.topic(), message.partition()), message.offset(), event)
            self._progress.read(placed)
            self.lanes[self._dealer.lane(event.key)].put(placed)
            self._messages.pop(0)

    def _commit(self) -> None:
        safe = self._progress.safe()
        if safe != self._committed:
            offsets = [TopicPartition(*partition, offset) for partition, offset in safe.items()]
            if offsets:
                self._consumer.commit(offsets=offsets, asynchronous=True)
            self._committed = safe

    def _revoked(self, *_: Any) -> None:  # noqa: ANN401 - the client's own types
        # Whoever has them next begins at what was committed.
        self._messages = []
        self._progress.forget()
