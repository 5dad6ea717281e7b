"""The generation that a member believes in, from what librdkafka lets transactions carry.

    "CGMDv2:" · generation int32, in the machine's own order · group, member, instance as C strings

The binding for Python tells the generation nowhere else. It is -1 for one who is no member.
"""

import struct

_MAGIC = b"CGMDv2:"


def generation_of(metadata: bytes | None) -> int:
    """The generation; -1 when there is none, or the client writes another format.

    >>> generation_of(metadata_of(7, "billing"))
    7
    """
    if metadata is None or not metadata.startswith(_MAGIC) or len(metadata) < len(_MAGIC) + 4:
        return -1
    (generation,) = struct.unpack_from("=i", metadata, len(_MAGIC))
    return int(generation)


def metadata_of(generation: int, group: str, member: str = "", instance: str = "") -> bytes:
    """What librdkafka would write."""
    names = b"".join(name.encode() + b"\0" for name in (group, member, instance))
    return _MAGIC + struct.pack("=i", generation) + names
