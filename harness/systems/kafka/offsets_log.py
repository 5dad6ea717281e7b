"""What coordinators write into `__consumer_offsets`: committed offsets, and groups.

    of an offset
    key     version int16 (0 or 1) · group · topic · partition int32
    value   version int16 · offset int64 · more, by version; none at all: the offset is forgotten

    of a group
    key     version int16 (2) · group
    value   version int16 · type of protocol · generation int32 · more, by version; none at all:
            the group is forgotten

Strings are a length int16 and so many bytes, in a group's value up to its version 3. A group's
entries stand in the partition that its name hashes to; whoever leads that is the group's
coordinator.
"""

import struct
from dataclasses import dataclass

OFFSETS_TOPIC = "__consumer_offsets"
_OFFSET_KEYS = (0, 1)
_GROUP_KEY = 2
_GROUP_VERSION_MAX = 3
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry about an offset."""

    group: str
    topic: str
    partition: int
    offset: int | None
    """The next offset to read; None when the coordinator forgot it."""


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """One entry about a group itself."""

    group: str
    generation: int | None
    """None when the coordinator forgot the group, or wrote in a version that we do not read."""


def partition_of(group: str, partitions: int) -> int:
    """The partition of OFFSETS_TOPIC that holds `group`: Java's hash of the name.

    >>> partition_of("billing", 50)
    39
    """
    text = group.encode("utf-16-be")
    number = 0
    for unit in struct.unpack(f">{len(text) // 2}H", text):
        number = (31 * number + unit) & 0xFFFFFFFF
    signed = number - (1 << 32) if number >= 1 << 31 else number
    return 0 if signed == -(1 << 31) else abs(signed) % partitions


def entry_of(key: bytes | None, value: bytes | None) -> Entry | GroupEntry | None:
    """The entry that a record holds; None for one about something else."""
    if key is None or len(key) < 2:
        return None
    (version,) = struct.unpack_from(">h", key)
    if version == _GROUP_KEY:
        return GroupEntry(_text(key, 2)[0], _generation(value))
    if version not in _OFFSET_KEYS:
        return None
    group, at = _text(key, 2)
    topic, at = _text(key, at)
    (partition,) = struct.unpack_from(">i", key, at)
    offset = struct.unpack_from(">hq", value)[1] if value else None
    return Entry(group, topic, partition, offset)


def record_of(entry: Entry) -> tuple[bytes, bytes | None]:
    """Key and value of a record that holds `entry`, as the first version of the format has them."""
    key = struct.pack(">h", _VERSION) + _bytes(entry.group) + _bytes(entry.topic)
    key += struct.pack(">i", entry.partition)
    if entry.offset is None:
        return key, None
    return key, struct.pack(">hq", _VERSION, entry.offset) + _bytes("") + struct.pack(">qq", 0, 0)


def _generation(value: bytes | None) -> int | None:
    if not value or struct.unpack_from(">h", value)[0] > _GROUP_VERSION_MAX:
        return None
    _, at = _text(value, 2)  # the type of protocol
    (generation,) = struct.unpack_from(">i", value, at)
    return int(generation)


def _text(data: bytes, at: int) -> tuple[str, int]:
    (size,) = struct.unpack_from(">h", data, at)
    end = at + 2 + size
    return data[at + 2 : end].decode(), end


def _bytes(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">h", len(data)) + data
