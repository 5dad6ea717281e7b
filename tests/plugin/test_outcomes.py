"""What a scenario leaves behind: how a test fails, the run folder, JUnit properties."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from harness.reporting.folder import RunFolder

pytest_plugins = ("pytester",)

Runs = Callable[..., list[RunFolder]]
EXPLAINED = Path(__file__).parents[2] / "reports" / "README.md"


def test_a_scenario_that_must_be_valid_fails_with_the_headline_first(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(
        test_it="""
        from mine import BAD

        def test_bad(run_scenario):
            run_scenario(BAD).must_be_valid()
        """
    )
    done = project.runpytest_inprocess("--stack=fake", "--seed=7")
    done.assert_outcomes(failed=1)
    (run,) = runs()
    errors = [line.removeprefix("E").strip() for line in done.outlines if line.startswith("E  ")]
    assert errors[0] == f"AssertionError: {run.verdict().headline} (expected VALID)"
    assert errors[0].startswith("AssertionError: INVALID: ")
    assert re.match(r"\d+ unsent: The application considered a record sent", errors[1])
    assert errors[-1] == f"report: {Path('reports') / run.name / 'report.html'}"
    done.stdout.fnmatch_lines(["FAILED test_it.py::test_bad[[]seed=7] - AssertionError: INVALID*"])
    # Where in the harness it was raised helps nobody: the last line is the test's own.
    done.stdout.no_fnmatch_line("*harness/engine/run.py*")


def test_a_twin_that_must_show_an_anomaly_passes_when_it_does(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from mine import BAD

        def test_bad(run_scenario):
            run_scenario(BAD).must_show("unsent")
        """
    )
    project.runpytest_inprocess("--stack=fake", "--seed=7").assert_outcomes(passed=1)


@pytest.mark.parametrize(("scenario", "seen"), [("GOOD", "VALID"), ("BAD", "INVALID")])
def test_a_twin_that_does_not_show_its_anomaly_fails(
    scenario: str, seen: str, project: pytest.Pytester
) -> None:
    project.makepyfile(
        f"""
        from mine import {scenario}

        def test_it(run_scenario):
            run_scenario({scenario}).must_show("lost-write")
        """
    )
    done = project.runpytest_inprocess("--stack=fake", "--seed=7")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [f"E*AssertionError: {seen}: *(expected INVALID with lost-write)", "E*report: reports/*"]
    )


def test_a_run_that_proves_nothing_differs_in_its_first_line(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import msgspec
        from harness.api import Floor
        from mine import GOOD

        def test_it(run_scenario):
            floor = Floor(acks=1_000_000)
            run_scenario(msgspec.structs.replace(GOOD, floor=floor)).must_be_valid()
        """
    )
    done = project.runpytest_inprocess("--stack=fake", "--seed=7")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["E*AssertionError: UNKNOWN: only * sends were acknowledged, *"])


@pytest.mark.parametrize(
    ("scenario", "floor", "outcome", "repeated", "workers"),
    [
        ("GOOD", 1_000_000, "failed", 1, 0),
        ("GOOD", 1_000_000, "failed", 1, 1),
        ("GOOD", 1, "passed", 0, 0),
        ("BAD", 1, "failed", 0, 0),
    ],
)
def test_only_a_run_that_proves_nothing_is_repeated_and_it_is_named(
    scenario: str,
    floor: int,
    outcome: str,
    repeated: int,
    workers: int,
    project: pytest.Pytester,
    runs: Runs,
) -> None:
    project.makepyfile(
        f"""
        import msgspec
        from harness.api import Floor
        from mine import {scenario}

        def test_it(run_scenario):
            floor = Floor(acks={floor})
            run_scenario(msgspec.structs.replace({scenario}, floor=floor)).must_be_valid()
        """
    )
    done = project.runpytest_subprocess(
        "--stack=fake", "--seed=7", "--repeat-unknown=1", f"-n{workers}"
    )
    done.assert_outcomes(**{outcome: 1})
    first, *others = runs()
    assert len(others) == repeated
    named = [line for line in done.outlines if line.startswith("test_it[seed=7]: UNKNOWN")]
    assert len(named) == repeated
    assert all(str(first.report.relative_to(project.path)) in line for line in named)


def test_what_the_harness_cannot_do_is_one_sentence(project: pytest.Pytester, runs: Runs) -> None:
    project.makepyfile(
        """
        import msgspec
        from harness.api import Topology
        from mine import GOOD

        def test_it(run_scenario):
            run_scenario(msgspec.structs.replace(GOOD, topology=Topology(brokers=2)))
        """
    )
    done = project.runpytest_inprocess("--stack=fake", "-rN")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["the harness failed: scenario good (*.py): topic 'orders' needs 3 replicas, *"]
    )
    done.stdout.no_fnmatch_line("*Error*")
    assert runs() == []


@pytest.mark.parametrize("status", ["", "0", "1", "'gone'"])
def test_a_module_that_leaves_is_an_error_and_no_green_session(
    status: str, project: pytest.Pytester
) -> None:
    project.makepyfile(f"import sys\nfrom mine import GOOD\nsys.exit({status})")
    done = project.runpytest_inprocess("--stack=fake")
    assert done.ret == pytest.ExitCode.INTERRUPTED  # nothing was collected, as after any such error
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*it calls sys.exit(*), so its scenarios cannot run*"])


def test_the_folder_holds_every_file_that_is_explained(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile("from mine import GOOD\ndef test_it(run_scenario): run_scenario(GOOD)")
    project.runpytest_inprocess("--stack=fake").assert_outcomes(passed=1)
    (run,) = runs()
    explained = re.findall(r"^\| `([^`]+)` \|", EXPLAINED.read_text(), re.MULTILINE)
    assert len(explained) > 8
    # Fakes have no services that could log.
    for name in [name.partition("<")[0] for name in explained]:
        assert (run.path / name).exists(), name
    top = {name.partition("/")[0] for name in explained}
    assert {path.name for path in run.path.iterdir()} == top
    assert (run.path.parent / "latest").resolve() == run.path.resolve()


def test_junit_says_what_reproduces_the_run(project: pytest.Pytester, runs: Runs) -> None:
    project.makepyfile(
        """
        from mine import BAD

        def test_bad(run_scenario):
            run_scenario(BAD).must_be_valid()
        """
    )
    project.runpytest_inprocess("--stack=fake", "--seed=7", "--junitxml=all.xml")
    (run,) = runs()
    (case,) = Xml.parse(project.path / "all.xml").iter("testcase")  # noqa: S314 - our own file
    properties = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert properties == {
        "seed": "7",
        "verdict": "INVALID",
        "report": str(Path("reports") / run.name / "report.html"),
    }
    (failure,) = case.iter("failure")
    assert str(failure.get("message")).startswith("AssertionError: INVALID: ")


def test_the_marker_of_a_claim_is_known(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.claim("durability")
        def test_it(): pass
        """
    )
    project.runpytest_inprocess("--strict-markers").assert_outcomes(passed=1)


def test_scenarios_of_one_session_share_a_pool(project: pytest.Pytester, runs: Runs) -> None:
    project.makepyfile(
        """
        from mine import BAD, GOOD

        def test_both(run_scenario):
            run_scenario(GOOD).must_be_valid()
            run_scenario(BAD).must_show("unsent")

        def test_pool(stack_pool, run_scenario):
            run_scenario(GOOD).must_be_valid()
        """
    )
    project.runpytest_inprocess("--stack=fake", "--seed=7").assert_outcomes(passed=2)
    assert [run.manifest().scenario for run in runs()] == ["good", "bad", "good"]
