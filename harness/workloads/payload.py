"""What our records look like on the wire: text, so that console tools and dumps can be read.

    key     8 hex digits of a key number
    value   16 hex digits of the value, then dots up to the size asked for; a tombstone has none,
            and carries these digits in a header

A value is the id of the operation that sent it (`process << 40 | sequence`): it names the producer
and its place in that producer's order, and no two sends share one.
"""

import binascii
from collections.abc import Sequence

import numpy as np

from harness.history.history import NOTHING
from harness.kit.rng import stream
from harness.model.ports.clients import Message, Report

KEY_DIGITS = 8
VALUE_DIGITS = 16
TOMBSTONE_HEADER = "value"
KEYS_PER_PRODUCER = 1 << 16
KEY_CYCLE = 4096
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


def key_cycle(seed: int, number: int, keys: int) -> list[int]:
    """The key of each value of a producer: value `v` has that at place `v % KEY_CYCLE`.

    Args:
        seed: the producer's own.
        number: which of its kind it is; keys of different producers differ.
        keys: how many distinct keys it has, at most KEYS_PER_PRODUCER.
    """
    chosen = stream(seed, "keys")
    return [number * KEYS_PER_PRODUCER + chosen.randrange(keys) for _ in range(KEY_CYCLE)]


def payload_form(size_bytes: int) -> bytes:
    """The form of payloads of `size_bytes`, at least 16: `form % value` is one."""
    return b"%016x" + b"." * max(0, size_bytes - VALUE_DIGITS)


def key_bytes(key: int) -> bytes:
    """The key of that number on the wire."""
    return b"%08x" % key


def payload_of(message: Message) -> bytes | None:
    """What tells the value of a record: what it holds, or the header of a tombstone."""
    return message.value() or dict(message.headers() or ()).get(TOMBSTONE_HEADER)


def values_of(payloads: Sequence[bytes | None]) -> Numbers:
    """The values in `payloads`; NOTHING where no sender of this harness can have written it."""
    return _numbers(payloads, VALUE_DIGITS)


def keys_of(keys: Sequence[bytes | None]) -> Numbers:
    """The key numbers in `keys`; NOTHING for none and for what is not ours."""
    return _numbers(keys, KEY_DIGITS)


class Tombstone:
    """The report on a record without a value, which knows the one that it stands for."""

    def __init__(self, report: Report, payload: bytes) -> None:
        self._payload = payload
        self.topic, self.key = report.topic, report.key
        self.partition, self.offset = report.partition, report.offset

    def value(self) -> bytes:
        """What its header carries."""
        return self._payload


def _numbers(texts: Sequence[bytes | None], digits: int) -> Numbers:
    """All texts at once where all are well-formed, since this runs once for every record."""
    try:
        joined = b"".join([text[:digits] for text in texts])  # type: ignore[index]
        if len(joined) == digits * len(texts):
            whole = np.frombuffer(binascii.unhexlify(joined), dtype=f">u{digits // 2}")
            return whole.astype(np.int64)
    except (TypeError, binascii.Error):
        pass  # Some text is missing or is not ours: look at each by itself.
    return np.array([_number(text, digits) for text in texts], dtype=np.int64)


def _number(text: bytes | None, digits: int) -> int:
    if text is None or len(text) < digits:
        return NOTHING
    try:
        return int.from_bytes(binascii.unhexlify(text[:digits]), "big")
    except binascii.Error:
        return NOTHING
