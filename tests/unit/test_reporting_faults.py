"""What a report says of when a step began."""

import msgspec
import pytest

from harness.model.fault import After
from harness.reporting.page.fault_story import when

COUNTS = {
    "acks": (200, "after 200 acknowledged sends"),
    "sends": (1, "after 1 send"),
    "results": (20, "after 20 results"),
    "reads": (20, "after 20 read records"),
    "changes": (20, "after 20 topic changes"),
    "offsets": (3, "after 3 new offsets"),
    "elected": ("orders", "after an election in orders"),
    "alone": ("orders", "after the leader of orders is alone in sync"),
    "rebalanced": ("billing", "after a rebalance of billing"),
    "removed": (500, "after 500 removed records"),
    "cleaned": (True, "after the cleaner's work"),
    "seconds": (1.5, "after 1.5 s"),
    "whole": (True, "after full replication"),
}


@pytest.mark.parametrize("count", COUNTS)
def test_whatever_a_step_waits_for_is_told(count: str) -> None:
    value, told = COUNTS[count]
    assert when(msgspec.structs.replace(After(), **{count: value}), "send") == told


def test_every_count_has_words() -> None:
    assert COUNTS.keys() | {"limit_s", "spread"} == set(After.__struct_fields__)
    assert when(After(), "send") == "at once"


def test_several_counts_are_told_together() -> None:
    assert when(After(changes=5, seconds=2), "send") == "after 5 topic changes and 2 s"
