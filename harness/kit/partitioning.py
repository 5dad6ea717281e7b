"""To which partition a key belongs, as clients reckon it: the C client by CRC-32, Java by murmur2.

Both take the hash modulo the number of partitions; Java drops the sign bit first.
"""

import binascii

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF


def by_crc32(key: bytes, partitions: int) -> int:
    """What librdkafka's `consistent` and `consistent_random` choose."""
    return binascii.crc32(key) % partitions


def by_murmur2(key: bytes, partitions: int) -> int:
    """What the Java client chooses, and librdkafka's `murmur2` and `murmur2_random`."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """The 32-bit hash as Kafka computes it, without a sign."""
    hashed = _SEED ^ len(data)
    whole = len(data) & ~3
    for place in range(0, whole, 4):
        word = int.from_bytes(data[place : place + 4], "little") * _MULTIPLIER & _MASK
        word = (word ^ word >> 24) * _MULTIPLIER & _MASK
        hashed = hashed * _MULTIPLIER & _MASK ^ word
    if whole < len(data):
        hashed = (hashed ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _MASK
    return hashed ^ hashed >> 15
