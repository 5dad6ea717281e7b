"""An append-only file of numbered and checksummed frames.

A frame is a header and a body:

    sequence   u32   0 for the first frame of the file, then one more each
    table      u16   0: the body is a note (JSON); else the number of the table whose batch it is
    length     u64   of the body, in bytes
    unpacked   u64   length of the body once it is decompressed; that of a note is not compressed
    checksum   u32   CRC-32 of the body
    (header)   u32   CRC-32 of the fields above

all little-endian. A writer that is killed leaves at most one frame that is shorter than its header
says, at the end of the file: that one is torn. A frame whose bytes are all there and do not have
their checksum, or that has another number than is due, was damaged later.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from harness.kit.disk import writing
from harness.kit.errors import DamagedError, HarnessError

NOTE = 0
"""The table of a frame that holds no batch."""
_FIELDS = struct.Struct("<IHQQI")
_CHECK = struct.Struct("<I")
HEADER = _FIELDS.size + _CHECK.size


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame."""

    sequence: int
    table: int
    body: memoryview
    unpacked: int
    end: int
    """Where the file goes on after it."""


class FrameWriter:
    """Appends frames to a new file; what `write` has returned from survives a kill.

    Once a write has failed every later write fails, too: a reader must not take what came after a
    hole for the whole.

    Raises:
        NoDiskError: the disk is full.
        RunFolderError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sequence = 0
        self._end = 0
        self._interrupted = False
        self._failed: HarnessError | None = None
        with writing(path):
            self._file = path.open("wb", buffering=0)

    def write(self, table: int, body: bytes, unpacked: int) -> None:
        """Append one frame."""
        if self._failed is not None:
            raise self._failed
        fields = _FIELDS.pack(self._sequence, table, len(body), unpacked, crc32(body))
        frame = b"".join((fields, _CHECK.pack(crc32(fields)), body))
        try:
            with writing(self._path):
                self._put(frame)
        except HarnessError as error:
            self._failed = error
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with writing(self._path):
            self._file.close()

    def _put(self, frame: bytes) -> None:
        if (
            self._interrupted
        ):  # By Ctrl-C, inside the frame before: nobody was told that it is there.
            self._file.seek(self._end)
            self._file.truncate()
        self._interrupted = True
        rest = memoryview(frame)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._sequence, self._end = self._sequence + 1, self._end + len(frame)
        self._interrupted = False


def read_frames(data: memoryview, source: Path) -> Iterator[Frame]:
    """Every whole frame of a file, in order.

    Args:
        data: the bytes of the file.
        source: what to call it in errors.

    Raises:
        DamagedError: a frame is not what was written, is missing, or is there twice.
    """
    at = due = 0
    while at + HEADER <= len(data):
        fields, begin = data[at : at + _FIELDS.size], at + HEADER
        (check,) = _CHECK.unpack(data[at + _FIELDS.size : begin])
        if crc32(fields) != check:
            raise DamagedError(source, f"batch {due}: its header is not what was written")
        sequence, table, length, unpacked, checksum = _FIELDS.unpack(fields)
        if sequence != due:
            raise DamagedError(source, f"batch {due}: batch {sequence} is in its place")
        if begin + length > len(data):
            return
        body = data[begin : begin + length]
        if crc32(body) != checksum:
            raise DamagedError(source, f"batch {due}: its bytes are not what was written")
        at, due = begin + length, due + 1
        yield Frame(sequence, table, body, unpacked, at)
