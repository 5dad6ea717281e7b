"""Keys belong where the clients put them."""

import pytest

from harness.kit.partitioning import by_crc32, by_murmur2, murmur2

# From the tests of the Java client; there they are signed.
HASHES = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", HASHES)
def test_the_hash_is_that_of_the_java_client(key: bytes) -> None:
    assert murmur2(key) == HASHES[key] % (1 << 32)


@pytest.mark.parametrize(
    ("key", "by_c", "by_java"),
    [(b"00000000", 5, 3), (b"00000001", 5, 3), (b"00000002", 5, 1), (b"orders", 2, 0)],
)
def test_a_key_belongs_to_a_partition(key: bytes, by_c: int, by_java: int) -> None:
    """Of six partitions."""
    assert (by_crc32(key, 6), by_murmur2(key, 6)) == (by_c, by_java)
