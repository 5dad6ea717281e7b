"""Recorded histories of controls come to their verdicts, and falsified ones are found out."""

from functools import cache
from random import Random

import pytest

from harness.checkers.verdict.judge import judge
from harness.engine.catalogue.scenarios import controls
from harness.model.verdict import Validity
from tests.checkers.recorded import APPLICABLE, Recorded, as_run, is_plain, names, recorded
from tests.checkers.test_falsified import DEMANDING
from tests.checkers.verdicts import BY_DESIGN, found

load = cache(recorded)
SHOWN = {each.bad.name: each.shows for each in controls()}
GOOD = [each.good.name for each in controls() if each.good.name in names()]
PLAIN = [name for name in names() if is_plain(load(name))]


def kinds(run: Recorded) -> set[str]:
    """What counts in the recorded verdict."""
    return {finding.kind for finding in run.verdict.findings if finding.counts}


def test_pairs_are_recorded() -> None:
    assert len(GOOD) > 5
    pairs = {each.good.name: each.bad.name for each in controls()}
    assert {pairs[name] for name in GOOD} <= set(names())
    assert len(PLAIN) > 5


@pytest.mark.parametrize("name", names())
def test_the_verdict_is_what_it_was(name: str) -> None:
    run = load(name)
    verdict = judge(run.history, run.facts, run.plan.scenario)
    assert verdict.validity is run.verdict.validity
    assert found(verdict) == found(run.verdict)
    assert verdict.validity is (Validity.INVALID if name in SHOWN else Validity.VALID)
    assert set(SHOWN.get(name, ())) <= kinds(run)


@pytest.mark.parametrize("name", PLAIN)
def test_it_is_the_same_history_in_the_words_of_falsifiers(name: str) -> None:
    run = load(name)
    told = as_run(run.history, run.facts)
    verdict = judge(told.history(), told.facts(), DEMANDING)
    # An application's belief and a session are no part of a history.
    not_there = {"unsent", "longer-session", "dead-service"}
    assert kinds(run) - not_there <= set(found(verdict))
    if name in GOOD:
        assert set(found(verdict)) <= BY_DESIGN | set(found(run.verdict))


@pytest.mark.parametrize("broken", APPLICABLE)
@pytest.mark.parametrize("name", [name for name in PLAIN if name in GOOD])
def test_a_falsified_recording_shows_its_falsehood(name: str, broken: str) -> None:
    run, random = load(name), Random(f"{name} {broken}")
    told = as_run(run.history, run.facts)
    falsifier = APPLICABLE[broken]
    if not falsifier.apply(told, random):
        pytest.skip("the recording has nothing to break that way")
    shown = set(found(judge(told.history(), told.facts(), DEMANDING))) - BY_DESIGN
    # What the settings of a known-good one permit was there before.
    assert falsifier.must <= shown <= falsifier.must | falsifier.may | set(found(run.verdict))
