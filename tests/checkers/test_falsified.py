"""A legal run that is broken in one way shows that, and nothing that does not follow from it."""

from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.checkers.kind import KINDS
from harness.checkers.verdict.judge import judge
from harness.model.verdict import Validity
from tests.checkers.falsify_transactions import FALSIFIERS
from tests.checkers.oracle import Oracle
from tests.checkers.pipeline import legal_run
from tests.checkers.test_legal import ALL_CLAIMS, CONSUMERS
from tests.checkers.verdicts import (
    BY_DESIGN,
    OF_ADMINISTRATION,
    OF_APPLICATIONS,
    OF_CLEANUP_AND_KEYS,
    OF_GROUPS,
    OF_LOGS,
    found,
    scenario,
)

DEMANDING = scenario(claims=ALL_CLAIMS, consumers=CONSUMERS, partitions=3)


@pytest.mark.parametrize("name", FALSIFIERS)
@given(st.randoms(use_true_random=False), st.integers(0, 40))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_falsified_run_shows_its_falsehood(name: str, random: Random, steps: int) -> None:
    falsifier = FALSIFIERS[name]
    run = legal_run(random, steps)
    assume(falsifier.apply(run, random))
    verdict = judge(run.history(), run.facts(), DEMANDING)
    kinds = set(found(verdict)) - BY_DESIGN
    assert falsifier.must <= kinds, "what the break is goes unseen"
    assert kinds <= falsifier.must | falsifier.may, "something is reported that does not follow"
    assert verdict.validity is Validity.INVALID
    assert found(verdict) == Oracle(run.history(), run.facts(), DEMANDING).counts()


def test_falsifiers_cover_what_a_broken_system_can_do() -> None:
    covered = {KINDS[kind].claim for each in FALSIFIERS.values() for kind in each.must}
    by_hand = OF_APPLICATIONS | OF_CLEANUP_AND_KEYS | OF_GROUPS | OF_ADMINISTRATION | BY_DESIGN
    assert covered == {KINDS[kind].claim for kind in OF_LOGS - by_hand}
