"""What records look like on the wire."""

from hypothesis import given
from hypothesis import strategies as st

from harness.history.history import NOTHING
from harness.workloads.payload import key_bytes, keys_of, values_of

VALUES = st.integers(0, 2**62)


@given(st.lists(VALUES), st.binary(max_size=8))
def test_values_come_back_whatever_the_padding(values: list[int], padding: bytes) -> None:
    assert values_of([b"%016x" % value + padding for value in values]).tolist() == values


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_keys_come_back(keys: list[int]) -> None:
    assert keys_of([key_bytes(key) for key in keys]).tolist() == keys


@given(st.lists(VALUES, min_size=1), st.sampled_from([None, b"", b"short", b"zz" * 8]))
def test_a_foreign_payload_is_nothing_and_spoils_no_other(
    values: list[int], odd: bytes | None
) -> None:
    payloads: list[bytes | None] = [b"%016x" % value for value in values]
    assert values_of([*payloads, odd]).tolist() == [*values, NOTHING]
