"""A feed in Python that polls: asks for rows that look new and writes them as they are.

As every such feed it never sees a delete, nor what was overwritten between two looks; by key alone
(`incrementing`) it sees no update either, and by time it misses what commits late.
"""

import logging
from collections.abc import Sequence
from typing import Literal

import msgspec

from harness.model.pipeline.paths import Path
from harness.model.ports.source import Place, Source
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.feeds.python_settings import split
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics import events_schema
from harness.workloads.pipeline.topics.encoding import Encoder, Record
from harness.workloads.pipeline.topics.outbox import AGAIN_S, OutboxSettings, outbox

log = logging.getLogger(__name__)

SETTLE_S = 0.05
RETRY_S = 0.5
ROWS_PER_LOOK = 1_000


class PollingSettings(OutboxSettings, frozen=True, kw_only=True):
    """How the feed works; whatever else its settings say is for its producer."""

    mode: Literal["incrementing", "timestamp+incrementing"] = "timestamp+incrementing"
    delay_ms: int = msgspec.field(default=0, name="timestamp.delay.interval.ms")
    """Leave rows alone that are younger: their transactions may not be all there yet."""
    interval_ms: int = msgspec.field(default=100, name="poll.interval.ms")


class PollingFeedWorker:
    """Asks for new rows of each table and writes them into its topic.

    Raises:
        UsageError: a setting does not fit.
    """

    def __init__(
        self, path: Path, naming: Naming, tables: Sequence[str], *, stack: Stack, source: Source
    ) -> None:
        self.name = naming.feed(path)
        settings, producer = split(PollingSettings, path.feed.settings, f"feed of {path.name}")
        self._settings = settings
        self._errors = source.errors
        self._poller = source.poller(settings.mode, settings.delay_ms)
        self._topics = {table: naming.topic(path, table) for table in tables}
        sample = {"id": 0, "version": 0}
        self._encoder = Encoder(stack, self._topics.values(), events_schema.FLAT_ROW, sample)
        self._outbox = outbox(stack, settings, producer)
        self._seen: dict[str, Place] = {}

    def step(self) -> float:
        """Wait for what is on its way, then ask each table."""
        if not self._outbox.settle(SETTLE_S):
            return AGAIN_S
        try:
            found = [self._look(table) for table in self._topics]
        except self._errors as error:
            log.warning("%s lost the source: %s", self.name, error)
            return RETRY_S
        return 0.0 if ROWS_PER_LOOK in found else self._settings.interval_ms / 1000

    def close(self) -> None:
        """Hang up, and wait a moment for what is on its way."""
        self._poller.close()
        self._outbox.close()

    def _look(self, table: str) -> int:
        """Put the new rows of a table into the outbox; how many there were."""
        rows = self._poller.newer(table, self._seen.get(table), limit=ROWS_PER_LOOK)
        if rows:
            self._outbox.put(self._record(table, key, version) for (_, key), version in rows)
            self._seen[table] = rows[-1][0]
        return len(rows)

    def _record(self, table: str, key: int, version: int) -> Record:
        return self._encoder.record(self._topics[table], key, {"id": key, "version": version})
