"""Reads the primitive types of the Kafka protocol out of the bytes of a response."""

import struct

NO_TAGS = b"\0"
"""No tagged fields follow, in the flexible versions of requests and responses."""


class Reader:
    """Reads Kafka's primitive types off an answer, in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, kind: str) -> int:
        """One big-endian number: `b`, `h`, `i` or `q`."""
        (value,) = struct.unpack_from(">" + kind, self._data, self._at)
        self._at += struct.calcsize(">" + kind)
        return int(value)

    def length(self) -> int:
        """The length of what follows, in a request with tags: seven bits a byte, less one."""
        value, shift = 0, 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return max(0, value - 1)

    def skip(self, count: int) -> None:
        """Pass over so many bytes."""
        self._at += count

    def raw(self, count: int) -> bytes:
        """So many bytes."""
        self._at += count
        return self._data[self._at - count : self._at]

    def text(self) -> str:
        """A string; an absent one is empty."""
        size = max(0, self.number("h"))
        self._at += size
        return self._data[self._at - size : self._at].decode()

    def data(self) -> bytes:
        """Bytes with their length before them."""
        size = max(0, self.number("i"))
        self._at += size
        return self._data[self._at - size : self._at]

    def ids(self) -> tuple[int, ...]:
        """An array of broker ids."""
        return tuple(self.number("i") for _ in range(self.number("i")))
