"""A claim that rests on nothing is UNKNOWN: every checker is silent where nothing was seen."""

import pytest

from harness.checkers.verdict.claims import CLAIMS
from harness.checkers.verdict.grounds import GROUNDS
from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts, LogEnd
from harness.model.verdict import Validity
from harness.model.workload import Consumers
from tests.checkers.verdicts import scenario

FACTS = Facts(logs=(LogEnd(log="orders-0", start=0, end=1, read_to=1),))
ASSIGNED = (Consumers(name="reader", topic="orders", mode="assigned"),)


def run(*, read: bool) -> HistoryBuilder:
    """A record that was sent, and read in the end; by a consumer, too, or by none."""
    build = HistoryBuilder()
    build.process("reader", kind="reader")
    build.send("producer", 1, log="orders-0", offset=0)
    build.poll("reader", [("orders-0", 0, 1)] if read else [])
    build.drain("drain", [("orders-0", 0, 1)])
    return build


@pytest.mark.parametrize("read", [True, False])
def test_a_reader_that_was_given_nothing_proves_nothing_of_reading(read: bool) -> None:  # noqa: FBT001 - pytest's
    claims = ("durability", "reading")
    verdict = judge(run(read=read).history(), FACTS, scenario(claims=claims, consumers=ASSIGNED))
    reasons = () if read else ("claim reading rests on nothing: no consumer was given a record",)
    assert verdict.unknowns == reasons
    assert {each.claim: each.validity for each in verdict.claims} == {
        "durability": Validity.VALID,
        "reading": Validity.VALID if read else Validity.UNKNOWN,
    }
    assert verdict.validity is (Validity.VALID if read else Validity.UNKNOWN)


def test_what_nobody_claimed_and_nothing_shows_is_left_out() -> None:
    verdict = judge(run(read=False).history(), FACTS, scenario(consumers=ASSIGNED))
    assert verdict.validity is Validity.VALID
    assert "reading" not in {each.claim for each in verdict.claims}
    assert "durability" in {each.claim for each in verdict.claims}


def test_what_claims_rest_on_is_about_claims() -> None:
    assert set(GROUNDS) <= set(CLAIMS)


@pytest.mark.parametrize("claim", GROUNDS)
def test_an_empty_history_is_no_ground_for_any(claim: str) -> None:
    _, seen = GROUNDS[claim]
    assert not seen(HistoryBuilder().history(), Facts())
