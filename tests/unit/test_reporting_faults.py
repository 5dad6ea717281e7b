"""What a report says of when a step began."""

from typing import get_args

import pytest

from harness.api import after, after_election, after_rebalance, after_shrink
from harness.model.conditions import WaitCondition

TOLD = {
    "after 200 acknowledged sends": after(acks=200),
    "after 1 send": after(sends=1),
    "after 20 results": after(results=20),
    "after 20 read records": after(reads=20),
    "after 20 topic changes": after(changes=20),
    "after 3 new offsets": after(offsets=3),
    "after an election in orders": after_election("orders"),
    "after the leader of orders is the only in-sync replica": after_shrink("orders"),
    "after a rebalance of billing": after_rebalance("billing"),
    "after 500 removed records": after(removed=500),
    "after the cleaner's work": after(cleaned=True),
    "after 1.5 s": after(seconds=1.5),
    "after full replication": after(whole=True),
}


@pytest.mark.parametrize("told", TOLD)
def test_whatever_a_step_waits_for_is_told(told: str) -> None:
    assert TOLD[told].when.phrase("send") == told


def test_every_condition_has_words() -> None:
    shown = {type(each) for moment in TOLD.values() for each in moment.when.conditions}
    assert shown == set(get_args(WaitCondition))
    assert after().when.phrase("send") == "at once"


def test_several_counts_are_told_together() -> None:
    assert after(changes=5, seconds=2).when.phrase("send") == "after 5 topic changes and 2 s"
