"""What is stored and what is handed out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from confluent_kafka import TIMESTAMP_CREATE_TIME, KafkaError

Log: TypeAlias = tuple[str, int]
"""Topic and partition."""

Identity: TypeAlias = tuple[int, int] | None
"""Producer and epoch of an idempotent producer; None is a plain one."""


@dataclass(slots=True, eq=False)
class Record:
    """One stored record. All replicas share the object, so identity tells whether logs agree."""

    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    identity: Identity = None
    sequence: int = 0
    epoch: int = 0
    """The leader epoch in which it was appended."""
    transaction: Identity = None
    """The producer and epoch whose transaction it belongs to, or ends."""
    commits: bool | None = None
    """Of a marker, which is handed to nobody: whether the transaction was committed."""
    headers: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class FakeReport:
    """What became of a record that was sent; None where nobody told."""

    record: Record
    to: tuple[str, int | None]
    at: int | None

    def topic(self) -> str:
        """The topic's name."""
        return self.to[0]

    def partition(self) -> int | None:
        """The partition; None when none was chosen."""
        return self.to[1]

    def offset(self) -> int | None:
        """The offset; None for a failed send, and for acks=0."""
        return self.at

    def key(self) -> bytes | None:
        """The record's key."""
        return self.record.key

    def value(self) -> bytes | None:
        """The record's value."""
        return self.record.value


class FakeMessage:
    """A record handed out, or an event of a consumer."""

    __slots__ = ("_error", "_offset", "_record", "log")

    def __init__(
        self, log: Log, offset: int, record: Record | None, error: KafkaError | None = None
    ) -> None:
        self.log = log
        self._offset = offset
        self._record = record
        self._error = error

    def error(self) -> KafkaError | None:
        """What went wrong, if anything did."""
        return self._error

    def topic(self) -> str:
        """The topic's name."""
        return self.log[0]

    def partition(self) -> int:
        """The partition."""
        return self.log[1]

    def offset(self) -> int:
        """The offset."""
        return self._offset

    def key(self) -> bytes | None:
        """The record's key."""
        return self._record.key if self._record else None

    def value(self) -> bytes | None:
        """The record's value."""
        return self._record.value if self._record else None

    def headers(self) -> list[tuple[str, bytes]] | None:
        """Names and values; None when there are none."""
        headers = self._record.headers if self._record else None
        return list(headers.items()) if headers else None

    def timestamp(self) -> tuple[int, int]:
        """Type of the timestamp, and milliseconds."""
        return TIMESTAMP_CREATE_TIME, self._record.timestamp_ms if self._record else -1

    @property
    def record(self) -> Record | None:
        """The record itself; the real message has no such thing, planted bugs need it."""
        return self._record
