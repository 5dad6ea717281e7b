"""A feed in Python: follows the source's log and writes what Debezium would.

It remembers where the last transaction ended of which every record was acknowledged, and reads on
from there, over a connection of its own for each look.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from harness.model.pipeline.paths import Path
from harness.model.ports.source import Source
from harness.model.ports.stack import Stack
from harness.model.rows import Committed, Image, RowChange, Rows
from harness.workloads.pipeline.feeds.python_settings import split
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics import events_schema
from harness.workloads.pipeline.topics.encoding import Encoder, Record
from harness.workloads.pipeline.topics.outbox import AGAIN_S, OutboxSettings, outbox

log = logging.getLogger(__name__)

LOOK_S = 0.05
RETRY_S = 0.5
CHANGES_PER_LOOK = 1_000
Row: TypeAlias = dict[str, Any]


class LogFeedSettings(OutboxSettings, frozen=True, kw_only=True):
    """How the feed works; whatever else its settings say is for its producer."""

    snapshot: Literal["initial", "no_data"] = msgspec.field(default="initial", name="snapshot.mode")
    skipped: str = msgspec.field(default="t", name="skipped.operations")
    """Letters of operations that are left out, with commas between."""
    tombstones: bool = msgspec.field(default=True, name="tombstones.on.delete")
    newest: bool = msgspec.field(default=False, name="use.latest.version")
    """Write by the newest schema that the registry has, also when it changes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an event tells of one row."""

    table: str
    op: str
    before: int | None
    after: int | None
    key: int


class LogFeedWorker:
    """Reads the log and writes each change of a row into the topic of its table.

    The rows that are there when it is made are its snapshot.

    Raises:
        UsageError: a setting does not fit.
        Exception: one of the source's, which cannot be read.
    """

    def __init__(
        self, path: Path, naming: Naming, tables: Sequence[str], *, stack: Stack, source: Source
    ) -> None:
        self.name = naming.feed(path)
        settings, producer = split(LogFeedSettings, path.feed.settings, f"feed of {path.name}")
        self._settings = settings
        self._errors = source.errors
        self._topics = {table: naming.topic(path, table) for table in tables}
        origin = {"gtid": None, "file": "", "pos": 0}
        sample = {"before": None, "after": None, "source": origin, "op": "c"}
        self._encoder = Encoder(stack, self._topics.values(), events_schema.ENVELOPE, sample)
        self._outbox = outbox(stack, settings, producer)
        if settings.snapshot == "initial":
            rows, self._log = source.snapshot(self.name, tables)
            self._put(list(snapshot(rows)), None)
        else:
            self._log = source.follow(self.name, tables)

    def step(self) -> float:
        """Wait for what is on its way, then look for more."""
        if not self._outbox.settle(LOOK_S):
            return AGAIN_S
        if self._settings.newest:
            self._encoder.follow()
        try:
            self._log.confirm()
            return 0.0 if self._look() else LOOK_S
        except self._errors as error:
            # What was put before the connection broke are whole transactions; they are being sent.
            log.warning("%s lost the log: %s", self.name, error)
            return RETRY_S

    def close(self) -> None:
        """Wait a moment for what is on its way."""
        self._outbox.close()
        try:
            self._log.close()
        except self._errors as error:
            log.warning("%s could not clean up on the server: %s", self.name, error)

    def _look(self) -> bool:
        """Read some transactions; whether there were any."""
        found = 0
        with closing(self._log.read()) as transactions:
            for transaction in transactions:
                changes = list(told_of(transaction))
                self._put(changes, transaction.name)
                found += len(changes)
                if found >= CHANGES_PER_LOOK:
                    break
        return found > 0

    def _put(self, changes: Sequence[Told], gtid: str | None) -> None:
        file, offset = self._log.position
        origin = {"gtid": gtid, "file": file, "pos": offset}
        for change in changes:
            if change.op not in self._settings.skipped:
                self._outbox.put(self._records(change, origin))

    def _records(self, change: Told, origin: dict[str, Any]) -> Iterator[Record]:
        topic = self._topics[change.table]
        yield self._encoder.record(topic, change.key, envelope(change, origin))
        if change.op == "d" and self._settings.tombstones:
            yield self._encoder.record(topic, change.key, None)


def envelope(change: Told, origin: dict[str, Any]) -> dict[str, Any]:
    """The value of an event, as Debezium shapes it."""

    def image(version: int | None) -> Row | None:
        return None if version is None else {"id": change.key, "version": version}

    return {
        "before": image(change.before),
        "after": image(change.after),
        "source": origin,
        "op": change.op,
    }


def told_of(transaction: Committed) -> Iterator[Told]:
    """What a transaction says of rows; an update of the key is a delete and an insert."""
    for change in transaction.changes:
        if isinstance(change, RowChange):
            yield from _told(change)


def _told(change: RowChange) -> Iterator[Told]:
    before, after = _whole(change.before), _whole(change.after)
    if before and after and before[0] == after[0]:
        yield Told(change.table, "u", before[1], after[1], after[0])
        return
    if before:
        yield Told(change.table, "d", before[1], None, before[0])
    if after:
        yield Told(change.table, "c", None, after[1], after[0])


def _whole(image: Image | None) -> tuple[int, int] | None:
    """Key and version, which `Source.check` sees to that the log has."""
    if image is None or image.key is None or image.version is None:
        return None
    return image.key, image.version


def snapshot(rows: Mapping[str, Rows]) -> Iterator[Told]:
    """Rows as they were found."""
    for table, found in rows.items():
        for key, version in found:
            yield Told(table, "r", None, version, key)
