"""Controls counted over runs: who showed what it must, who did not, which runs do not speak."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from harness.checkers.verdict.consequences import beyond
from harness.engine.catalogue.scenarios import controls
from harness.engine.controls import Runs, Tally, holds
from harness.engine.run import Run
from harness.model.verdict import Finding, Validity, Verdict
from harness.reporting.folder import RunFolder
from tests.unit.command import fake_run, harness

GOOD, BAD = "p-noflush", "p-noflush-bad"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Runs of both scenarios of P-NOFLUSH, the twin's under two seeds."""
    fake_run(tmp_path, GOOD)
    fake_run(tmp_path, BAD)
    fake_run(tmp_path, BAD, seed=8)
    return tmp_path


def row(reports: Path, *options: str, status: int = 3) -> list[str]:
    """What the table says of P-NOFLUSH, beside which no pair was run.

    Returns:
        How often the twin showed it, how often the good one nothing, UNKNOWN, whether it holds.
    """
    done = harness("controls", reports, *options)
    assert done.status == status, done.err
    (line,) = (line for line in done.out.splitlines() if line.startswith("P-NOFLUSH "))
    cells = [cell for cell in line.split("  ") if cell]
    return [cell.strip() for cell in (*cells[2:5], cells[-1])]


def change(reports: Path, scenario: str, edit: Callable[[RunFolder], None]) -> None:
    """Edit one run folder of that scenario."""
    path = min(each for each in reports.glob(f"*-{scenario}-[0-9]*") if each.is_dir())
    edit(RunFolder(path))


def judged(validity: Validity) -> Callable[[RunFolder], None]:
    """Another verdict."""

    def edit(folder: RunFolder) -> None:
        verdict = msgspec.structs.replace(folder.verdict(), validity=validity)
        folder.save(verdict)

    return edit


def claims_less(folder: RunFolder) -> None:
    """As if the scenario had claimed nothing when it ran."""
    plan = folder.plan()
    scenario = msgspec.structs.replace(plan.scenario, claims=())
    folder.save(msgspec.structs.replace(plan, scenario=scenario))
    folder.seal()


def test_runs_of_both_scenarios_are_counted(reports: Path) -> None:
    assert row(reports, "--stack", "fake") == ["2 of 2", "1 of 1", "0", "yes"]


def test_runs_on_fakes_prove_nothing_of_containers(reports: Path) -> None:
    assert row(reports) == ["0 of 0", "0 of 0", "0", "not run"]


def test_a_twin_that_showed_nothing_once_does_not_hold(reports: Path) -> None:
    change(reports, BAD, judged(Validity.VALID))
    assert row(reports, "--stack", "fake", status=1) == ["1 of 2", "1 of 1", "0", "NO"]


def test_unknown_is_not_clean(reports: Path) -> None:
    change(reports, GOOD, judged(Validity.UNKNOWN))
    assert row(reports, "--stack", "fake", status=1) == ["2 of 2", "0 of 1", "1", "NO"]


def test_a_run_of_another_plan_does_not_speak(reports: Path) -> None:
    change(reports, GOOD, claims_less)
    assert row(reports, "--stack", "fake") == ["2 of 2", "0 of 0", "0", "not run"]


def test_a_folder_that_is_no_run_is_passed_over(reports: Path) -> None:
    change(reports, BAD, lambda folder: (folder.path / "verdict.json").unlink())
    assert row(reports, "--stack", "fake") == ["1 of 1", "1 of 1", "0", "yes"]


def test_a_folder_that_is_not_there_is_no_table_of_nothing(tmp_path: Path) -> None:
    done = harness("controls", tmp_path / "nowhere")
    assert done.status == 6
    assert done.sentence.startswith(f"no folder {tmp_path / 'nowhere'}")


@pytest.mark.parametrize(
    ("good", "bad", "validity"),
    [
        (Runs(2, 0, [20.0, 20.0]), Runs(2, 0, [20.0, 20.0]), Validity.VALID),
        (Runs(2, 0, [20.0, 20.0]), Runs(), Validity.UNKNOWN),
        (Runs(1, 0, [20.0, 20.0]), Runs(2, 0, [20.0, 20.0]), Validity.INVALID),
        (Runs(1, 0, [20.0, 20.0]), Runs(), Validity.INVALID),
    ],
)
def test_a_pair_that_was_not_run_is_not_green_and_hides_none_that_failed(
    good: Runs, bad: Runs, validity: Validity
) -> None:
    one, other = controls()[:2]
    right = Runs(1, 0, [20.0])
    assert holds((Tally(one, right, right), Tally(other, good, bad))) is validity


def verdict(*counted: str) -> Verdict:
    """A verdict in which these kinds count, and `poll-skip` is allowed."""
    kinds = [*((kind, True) for kind in counted), ("poll-skip", False)]
    findings = tuple(
        Finding(kind=kind, count=1, counts=counts, claim=None, permitted_by=(), examples=())
        for kind, counts in kinds
    )
    return Verdict(
        validity=Validity.INVALID,
        headline="",
        claims=(),
        findings=findings,
        unknowns=(),
        checkers=(),
    )


@pytest.mark.parametrize(
    ("counted", "others"),
    [
        (("lost-write",), ()),
        (("lost-write", "ghost", "forked-offset"), ()),
        (("lost-write", "duplicate"), ("duplicate",)),
        (("lost-write", "duplicate-processing"), ("duplicate-processing",)),
    ],
)
def test_what_follows_from_an_anomaly_is_no_other(
    counted: tuple[str, ...], others: tuple[str, ...]
) -> None:
    found = verdict(*counted)
    assert beyond(found, ("lost-write",)) == others
    run = Run(RunFolder(Path("reports/some")), found)
    if others:
        with pytest.raises(AssertionError, match=f"lost-write alone, but also found {others[0]}"):
            run.must_show_only("lost-write")
    else:
        run.must_show_only("lost-write")
    with pytest.raises(AssertionError, match="expected INVALID with phantom"):
        run.must_show_only("phantom")


def test_the_setting_that_permits_an_anomaly_must_be_named() -> None:
    found = verdict("lost-write")
    finding = next(each for each in found.findings if each.counts)
    reason = "acks=1: an answer comes before a second broker has it"
    told = msgspec.structs.replace(finding, permitted_by=(reason,))
    run = Run(RunFolder(Path("reports/some")), msgspec.structs.replace(found, findings=(told,)))
    run.must_show("lost-write", permitted_by="acks=1")
    with pytest.raises(AssertionError, match="expected lost-write to be permitted by acks=0"):
        run.must_show("lost-write", permitted_by="acks=0")
