"""Events of a binary log as the library is handed them: unpacked, without what it trips over."""

import struct

import pyarrow as pa
import pytest
from pymysqlreplication.constants import BINLOG

from harness.systems.mysql.log_packets import PAYLOAD_EVENT, readable

CRC = b"\xde\xad\xbe\xef"
NO_CRC = b""


def event(kind: int, body: bytes, checksum: bytes = NO_CRC, *, position: int = 500) -> bytes:
    length = 19 + len(body) + len(checksum)
    return struct.pack("<IBIIIH", 7, kind, 1, length, position, 0) + body + checksum


def statement(variables: bytes = b"", query: bytes = b"BEGIN") -> bytes:
    return struct.pack("<IIBHH", 1, 2, 3, 0, len(variables)) + variables + b"src\0" + query


def payload(events: bytes, compression: int = 0) -> bytes:
    body = pa.compress(events, "zstd", asbytes=True) if compression == 0 else events
    size = b"\xfd" + len(body).to_bytes(3, "little")  # a number of three bytes
    how = bytes([compression]) if compression < 251 else b"\xfc" + struct.pack("<H", compression)
    return b"\x01\x04" + size + b"\x02" + bytes([len(how)]) + how + b"\0" + body


def of(kind: int, body: bytes, checksum: bytes) -> tuple[int, int, int, bytes]:
    """What the library reads of an event: its type, length, position and body."""
    (found,) = readable(event(kind, body, checksum), checksum)
    return parsed(found, checksum)


def parsed(found: bytes, checksum: bytes) -> tuple[int, int, int, bytes]:
    _, kind, _, length, position, _ = struct.unpack_from("<IBIIIH", found)
    return kind, length, position, found[19 : len(found) - len(checksum)]


@pytest.mark.parametrize("checksum", [CRC, NO_CRC])
@pytest.mark.parametrize("compression", [0, 255])
def test_a_compressed_transaction_is_its_events_at_the_place_of_the_whole(
    checksum: bytes, compression: int
) -> None:
    inner = event(BINLOG.XID_EVENT, b"x" * 8, position=0)
    rows = event(BINLOG.WRITE_ROWS_EVENT_V2, b"rows", position=13)
    packed = event(PAYLOAD_EVENT, payload(rows + inner, compression), checksum, position=900)
    found = [parsed(each, checksum) for each in readable(packed, checksum)]
    assert found == [
        (BINLOG.WRITE_ROWS_EVENT_V2, 23 + len(checksum), 900, b"rows"),
        (BINLOG.XID_EVENT, 27 + len(checksum), 900, b"x" * 8),
    ]


def test_a_transaction_that_is_compressed_in_an_unknown_way_is_an_error() -> None:
    packed = event(PAYLOAD_EVENT, payload(event(BINLOG.XID_EVENT, b""), compression=9))
    with pytest.raises(ValueError, match="unknown compression 9"):
        list(readable(packed, NO_CRC))


def test_a_statement_comes_without_its_variables() -> None:
    kind, length, _, body = of(BINLOG.QUERY_EVENT, statement(b"\x15\x01\x02"), CRC)
    assert (kind, body) == (BINLOG.QUERY_EVENT, statement())
    assert length == 19 + len(body) + len(CRC)


def test_a_vector_is_a_shape_without_dimensions() -> None:
    names = b"\x04\x05\x02id\x01v"
    head = struct.pack("<Q", 108) + b"\x03src\0" + b"\x06orders\0"

    def table(kind: int, more: bytes) -> bytes:
        return head + b"\x02" + bytes([8, kind]) + b"\x01\x04" + b"\x00" + more

    _, _, _, body = of(BINLOG.TABLE_MAP_EVENT, table(242, names + b"\x0d\x01\x03"), CRC)
    assert body == table(255, names)


@pytest.mark.parametrize("kind", [BINLOG.XID_EVENT, BINLOG.UPDATE_ROWS_EVENT_V2, 34])
def test_other_events_are_as_they_were(kind: int) -> None:
    whole = event(kind, b"some body", CRC)
    assert list(readable(whole, CRC)) == [whole]
