"""A connection that hands the library mysql-replication only events that it can decode.

Three things that a MySQL server writes today make the library stop or look away:

- A transaction compressed by `binlog_transaction_compression=ON` is one event: fields (type,
  length, value), then all its events, without checksums, as zstd. It is handed on unpacked.
- Statements carry variables that the library does not know. They are handed on without any.
- Columns of type VECTOR are of a type, and have metadata, that it does not know. They are handed on
  as bytes, as shapes are, without what is told of their dimensions.
"""

import struct
from collections import deque
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.protocol import MysqlPacket
from pymysqlreplication.constants import BINLOG, FIELD_TYPE

OK = b"\0"
"""What a server puts before every event that it sends."""
HEADER, TYPE_AT, LENGTH_AT = 19, 4, 9
"""Bytes of an event's header, and where in it are the event's type and length."""
POSITION = slice(13, 17)
"""Where an event's header says where the next one begins."""
CHECKSUM = bytes(4)
"""As long as a checksum; the library is not asked to check any."""
PAYLOAD_EVENT = 40
END, COMPRESSION = 0, 2
ZSTD, UNCOMPRESSED = 0, 255
STATEMENT = struct.Struct("<IIBHH")
"""Of a statement: thread, seconds, length of the schema's name, error, length of the variables."""
VECTOR = 242
KNOWN_METADATA = 12
"""The last type of metadata of columns that the library knows."""


class BinlogConnection(pymysql.Connection):
    """A connection whose binary log comes as the library can read it."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - pymysql's own
        self._waiting: deque[bytes] = deque()
        self._checksum = b""
        super().__init__(**settings)

    def _read_packet(self, packet_type: type[MysqlPacket] = MysqlPacket) -> MysqlPacket:
        """The next packet; of a binary log, the next event."""
        if self._waiting:
            return MysqlPacket(OK + self._waiting.popleft(), self.encoding)
        packet: MysqlPacket = super()._read_packet(packet_type)  # type: ignore[no-untyped-call]
        data: bytes = packet.get_all_data()  # type: ignore[no-untyped-call]
        if not _is_event(data):
            return packet
        event = data[len(OK) :]
        if event[TYPE_AT] == BINLOG.FORMAT_DESCRIPTION_EVENT:
            # It says by its last byte but a checksum which checksums the others have.
            self._checksum = CHECKSUM if event[-len(CHECKSUM) - 1] else b""
            return packet
        self._waiting.extend(readable(event, self._checksum))
        return MysqlPacket(OK + self._waiting.popleft(), self.encoding)


def readable(event: bytes, checksum: bytes) -> Iterator[bytes]:
    """What the library is handed instead of `event`: it as it is, most of the time.

    Args:
        event: header, body and checksum.
        checksum: what ends every event; empty where events have none.

    Raises:
        ValueError, struct.error, pa.ArrowException: it is not what MySQL writes.
    """
    body = event[HEADER : len(event) - len(checksum)]
    match event[TYPE_AT]:
        case kind if kind == PAYLOAD_EVENT:
            for inner in _unpacked(body):
                # None of them is in the file, so reading may go on behind all of them only.
                placed = inner[: POSITION.start] + event[POSITION] + inner[POSITION.stop :]
                yield from readable(placed + checksum, checksum)
        case BINLOG.QUERY_EVENT:
            thread, seconds, schema, error, variables = STATEMENT.unpack_from(body)
            rest = body[STATEMENT.size + variables :]
            yield _event(event, STATEMENT.pack(thread, seconds, schema, error, 0) + rest, checksum)
        case BINLOG.TABLE_MAP_EVENT:
            yield _event(event, _known_columns(body), checksum)
        case _:
            yield _event(event, body, checksum)


def _is_event(data: bytes) -> bool:
    """Whether a packet is an event: it has the length that its header says."""
    if len(data) < len(OK) + HEADER or not data.startswith(OK):
        return False
    (length,) = struct.unpack_from("<I", data, len(OK) + LENGTH_AT)
    return bool(length == len(data) - len(OK))


def _event(event: bytes, body: bytes, checksum: bytes) -> bytes:
    """The event with another body."""
    header = bytearray(event[:HEADER])
    struct.pack_into("<I", header, LENGTH_AT, HEADER + len(body) + len(checksum))
    return bytes(header) + body + checksum


def _unpacked(payload: bytes) -> Iterator[bytes]:
    """The events in the body of a compressed transaction; they have no checksums."""
    at, compression = 0, ZSTD
    while True:
        field, at = _number(payload, at)
        if field == END:
            break
        length, at = _number(payload, at)
        if field == COMPRESSION:
            compression, _ = _number(payload, at)
        at += length
    events = _decompressed(payload[at:], compression)
    at = 0
    while at < len(events):
        (length,) = struct.unpack_from("<I", events, at + LENGTH_AT)
        if length < HEADER:
            raise ValueError(f"an event of {length} bytes")
        yield events[at : at + length]
        at += length


def _decompressed(body: bytes, compression: int) -> bytes:
    if compression == UNCOMPRESSED:
        return body
    if compression != ZSTD:
        raise ValueError(f"a transaction of unknown compression {compression}")
    with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
        return bytes(stream.read())


def _known_columns(body: bytes) -> bytes:
    """The body of a table's map with VECTOR as GEOMETRY, and without metadata that is not known."""
    at = 8
    for _ in ("schema", "table"):
        at += 1 + body[at] + 1
    count, at = _number(body, at)
    types = body[at : at + count]
    if VECTOR not in types:
        return body
    length, metadata = _number(body, at + count)
    rest = metadata + length + (count + 7) // 8
    return (
        body[:at]
        + types.replace(bytes([VECTOR]), bytes([FIELD_TYPE.GEOMETRY]))
        + body[at + count : rest]
        + b"".join(_known_metadata(body, rest))
    )


def _known_metadata(body: bytes, at: int) -> Iterator[bytes]:
    while at < len(body):
        length, value = _number(body, at + 1)
        if body[at] <= KNOWN_METADATA:
            yield body[at : value + length]
        at = value + length


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number as MySQL packs it, and where the next one is."""
    first = data[at]
    if first < 0xFB:
        return first, at + 1
    width = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(data[at + 1 : at + 1 + width], "little"), at + 1 + width
