"""Every checker is silent on runs of a system that does everything right."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers.verdict.grounds import groundless
from harness.checkers.verdict.judge import judge
from harness.model.verdict import Validity
from harness.model.workload import Consumers
from tests.checkers.pipeline import legal_run
from tests.checkers.verdicts import BY_DESIGN, found, scenario

ALL_CLAIMS = (
    "atomicity",
    "durability",
    "exactly-once",
    "integrity",
    "no-duplicates",
    "ordering",
    "processing-once",
    "reading",
)
CONSUMERS = (Consumers(name="member", topic="orders"),)


@given(st.randoms(use_true_random=False), st.integers(0, 80))
@settings(max_examples=60, deadline=None)
def test_a_legal_run_is_valid(random: Random, steps: int) -> None:
    run = legal_run(random, steps)
    demanding = scenario(claims=ALL_CLAIMS, consumers=CONSUMERS, partitions=3, acks=2)
    verdict = judge(run.history(), run.facts(), demanding)
    assert set(found(verdict)) <= BY_DESIGN
    bare = groundless(run.history(), run.facts(), ALL_CLAIMS)
    assert verdict.unknowns == tuple(bare.values())
    assert verdict.validity is (Validity.UNKNOWN if bare else Validity.VALID)
    assert [claim.claim for claim in verdict.claims] == list(ALL_CLAIMS)
