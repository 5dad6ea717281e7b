"""Counts agree with their nouns and verbs."""

import pytest

from harness.checkers.kind import KINDS, Kind
from harness.kit.counts import counted, inflect


@pytest.mark.parametrize(
    ("number", "text", "told"),
    [
        (0, "fault", "0 faults"),
        (1, "fault", "1 fault"),
        (2000, "batch", "2,000 batches"),
        (1, "{read was|reads were} late", "1 read was late"),
        (3, "{read was|reads were} late, as {its|their} poll", "3 reads were late, as their poll"),
    ],
)
def test_a_count_agrees(number: int, text: str, told: str) -> None:
    assert counted(number, text) == told


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_headlines_tell_one_anomaly_from_several(kind: Kind) -> None:
    text = kind.counted
    one, several = inflect(text, 1), inflect(text, 2)
    assert one != several
    assert not set("{|}") & set(one + several)
