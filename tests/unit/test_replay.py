"""Replay: what counts as the same outcome."""

from pathlib import Path

import pytest

from harness.engine.replay import compare, exit_status
from harness.engine.run import Run
from harness.model.verdict import Finding, Validity, Verdict
from harness.reporting.folder import RunFolder


def verdict(validity: Validity, *counted: str, allowed: tuple[str, ...] = ()) -> Verdict:
    findings = tuple(
        Finding(
            kind=kind,
            count=1,
            counts=kind in counted,
            claim="durability" if kind in counted else None,
            permitted_by=(),
            examples=(),
        )
        for kind in (*counted, *allowed)
    )
    return Verdict(
        validity=validity,
        headline=f"{validity}: a headline",
        claims=(),
        findings=findings,
        unknowns=(),
        checkers=(),
    )


def run(of: Verdict) -> Run:
    return Run(RunFolder(Path("reports/again")), of)


VALID, UNKNOWN = verdict(Validity.VALID), verdict(Validity.UNKNOWN)
LOST = verdict(Validity.INVALID, "lost-write")
LOST_AND_MORE = verdict(Validity.INVALID, "lost-write", "ghost")
DUPLICATE = verdict(Validity.INVALID, "duplicate", allowed=("lost-write",))


@pytest.mark.parametrize(
    ("original", "again", "same"),
    [
        (VALID, VALID, True),
        (VALID, UNKNOWN, False),
        (VALID, LOST, False),
        (UNKNOWN, UNKNOWN, True),
        (LOST, LOST, True),
        (LOST, LOST_AND_MORE, True),
        (LOST_AND_MORE, LOST, False),
        (LOST, VALID, False),
        (LOST, UNKNOWN, False),
        (LOST, DUPLICATE, False),
    ],
)
def test_a_replay_reproduces_what_counted(original: Verdict, again: Verdict, same: bool) -> None:  # noqa: FBT001 - a column of the table
    assert compare(original, run(again)).reproduced is same


def test_what_did_not_come_back_is_named() -> None:
    assert compare(LOST, run(LOST)).sentence == "INVALID: a headline"
    without = compare(LOST_AND_MORE, run(LOST)).sentence
    assert without == "INVALID: a headline; without ghost"


def test_each_validity_has_its_own_status() -> None:
    assert [exit_status(each.validity) for each in (VALID, LOST, UNKNOWN)] == [0, 1, 3]


def test_a_test_states_what_it_expects() -> None:
    run(VALID).must_be_valid()
    run(LOST_AND_MORE).must_show("ghost")


@pytest.mark.parametrize("outcome", [LOST, UNKNOWN])
def test_only_a_valid_run_is_valid(outcome: Verdict) -> None:
    with pytest.raises(AssertionError) as refused:
        run(outcome).must_be_valid()
    first, *_rest, last = str(refused.value).splitlines()
    assert first == f"{outcome.headline} (expected VALID)"
    assert last == "report: reports/again/report.html"


@pytest.mark.parametrize("outcome", [VALID, UNKNOWN, LOST, verdict(Validity.UNKNOWN, "duplicate")])
def test_only_an_invalid_run_with_that_kind_shows_it(outcome: Verdict) -> None:
    with pytest.raises(AssertionError, match=r"\(expected INVALID with duplicate\)"):
        run(outcome).must_show("duplicate")


def test_an_anomaly_that_is_allowed_is_not_shown() -> None:
    with pytest.raises(AssertionError, match="expected INVALID with lost-write"):
        run(DUPLICATE).must_show("lost-write")
