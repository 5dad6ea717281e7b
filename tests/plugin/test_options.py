"""The plugin's options: what they change in a session on fakes."""

import re
from collections.abc import Callable

import pytest

from harness.model.codec import encode
from harness.reporting.folder import RunFolder

pytest_plugins = ("pytester",)

Runs = Callable[..., list[RunFolder]]
VALID = """
from mine import GOOD

def test_good(run_scenario):
    run_scenario(GOOD).must_be_valid()
"""


def drawn(done: pytest.RunResult) -> int:
    """The seed that a session's header names."""
    header = re.search(
        r"^chaos harness: --seed (\d+) --stack fake$", done.stdout.str(), re.MULTILINE
    )
    assert header is not None
    return int(header[1])


def test_the_same_seed_gives_the_same_plan_and_verdict(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(VALID)
    for reports in ("a", "b"):
        done = project.runpytest_inprocess("--stack=fake", "--seed=7", f"--reports-dir={reports}")
        done.assert_outcomes(passed=1)
    (one,), (two,) = runs("a"), runs("b")
    # Not byte for byte: each file says which run it belongs to.
    assert encode(one.plan()) == encode(two.plan())
    assert encode(one.verdict()) == encode(two.verdict())


def test_the_seed_comes_first_and_is_drawn_unless_given(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess("--stack=fake")
    done.assert_outcomes(passed=1)
    seed = drawn(done)
    assert [run.manifest().seed for run in runs()] == [seed]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ((), ["test_good"]),
        (("--runs=2",), ["test_good[run=1]", "test_good[run=2]"]),
        (("--seed=7",), ["test_good[seed=7]"]),
        (("--seed=7", "--runs=2"), ["test_good[seed=7]", "test_good[seed=8]"]),
    ],
)
def test_a_seed_that_was_drawn_is_no_part_of_an_id(
    options: tuple[str, ...], ids: list[str], project: pytest.Pytester
) -> None:
    project.makepyfile(test_it=VALID)
    done = project.runpytest_inprocess("--stack=fake", "--collect-only", "-q", *options)
    assert [line for line in done.outlines if "::" in line] == [f"test_it.py::{id_}" for id_ in ids]


def test_what_failed_last_is_found_again_under_another_seed(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_it="""
        from mine import BAD, GOOD

        def test_good(run_scenario):
            run_scenario(GOOD).must_be_valid()

        def test_bad(run_scenario):
            run_scenario(BAD).must_be_valid()
        """
    )
    project.runpytest_inprocess("--stack=fake").assert_outcomes(passed=1, failed=1)
    project.runpytest_inprocess("--stack=fake", "--lf").assert_outcomes(failed=1)


def test_workers_of_a_parallel_session_share_the_seed_that_was_drawn(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_subprocess("--stack=fake", "--runs=2", "-n2")
    done.assert_outcomes(passed=2)
    assert sorted(run.manifest().seed for run in runs()) == [drawn(done), drawn(done) + 1]


def test_runs_are_seeds_in_a_row(project: pytest.Pytester, runs: Runs) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess("--stack=fake", "--seed=7", "--runs=3", "-v")
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines([f"*test_good[[]seed={seed}] PASSED*" for seed in (7, 8, 9)])
    assert [run.manifest().seed for run in runs()] == [7, 8, 9]
    assert len({(run.path / "plan.json").read_bytes() for run in runs()}) == 3


def test_progress_is_told_unless_pytest_is_quiet(project: pytest.Pytester) -> None:
    project.makepyfile(VALID)
    loud = project.runpytest_inprocess("--stack=fake").stdout
    loud.fnmatch_lines(["  baseline", "  chaos", "  kill: process.kill on broker-? confirmed*"])
    quiet = project.runpytest_inprocess("--stack=fake", "-q").stdout
    quiet.no_fnmatch_line("*baseline*")


def test_a_time_limit_ends_chaos_and_the_run_proves_nothing(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess("--stack=fake", "--time-limit=1", "--seed=7")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["E*AssertionError: UNKNOWN: chaos took longer than 1 s; step heal-kill and*"]
    )
    (run,) = runs()
    assert run.plan().scenario.limits.chaos_s == 1
    assert [event.event for event in run.facts().faults][-1] == "healed"


def test_a_kept_stack_means_nothing_to_fakes(project: pytest.Pytester) -> None:
    project.makepyfile(VALID)
    project.runpytest_inprocess("--stack=fake", "--keep-stack").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "option",
    [
        *("--stack=paper", "--seed=x", "--seed=1.5", "--runs=x", "--runs=0", "--runs=-1"),
        *("--repeat-unknown=-1", "--time-limit=soon", "--time-limit=0", "--time-limit=nan"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(option: str, project: pytest.Pytester) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess(option)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*error: argument {option.partition('=')[0]}: invalid *"])


def test_all_options_stand_under_one_heading(project: pytest.Pytester) -> None:
    shown = project.runpytest_inprocess("--help").stdout
    names = ("seed", "runs", "reports-dir", "keep-stack", "time-limit", "stack")
    shown.fnmatch_lines(["chaos harness:", *(f"  --chaos-{name}*" for name in names)])
    shown.fnmatch_lines(["chaos harness:", *(f"  --{name}*" for name in names)])


def test_a_test_without_scenario_is_left_alone(project: pytest.Pytester, runs: Runs) -> None:
    project.makepyfile("def test_plain(): pass")
    project.runpytest_inprocess("--runs=3").assert_outcomes(passed=1)
    assert runs() == []


def test_a_cluster_is_chosen_for_every_scenario_and_stands_in_its_plan(
    project: pytest.Pytester, runs: Runs
) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess(
        "--stack=fake", "--seed=7", "--metadata=zookeeper", "--kafka-version=3.8.1"
    )
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(
        ["chaos harness: --seed 7 --stack fake --metadata zookeeper --kafka-version 3.8.1"]
    )
    (run,) = runs()
    assert run.plan().scenario.topology.kafka_version == "3.8.1"


def test_a_cluster_that_nobody_can_boot_is_refused_before_anything_runs(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess("--kafka-version=4.3.1")
    assert done.ret is pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: Kafka 4.3.1 does not support ZooKeeper: use metadata*"])


def test_kraft_is_not_for_fakes(project: pytest.Pytester) -> None:
    project.makepyfile(VALID)
    done = project.runpytest_inprocess("--stack=fake", "--metadata=kraft")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*the fake cluster runs on ZooKeeper; run KRaft with --stack=doc*"])


def test_what_kafka_4_does_otherwise_is_skipped_and_says_why(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.kafka_3_only("it is so")
        def test_of_old():
            pass
        """
    )
    project.runpytest_inprocess("--stack=fake").assert_outcomes(passed=1)
    old = project.runpytest_inprocess("--metadata=kraft", "--kafka-version=3.9.2")
    old.assert_outcomes(passed=1)
    done = project.runpytest_inprocess("--metadata=kraft")
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["  not on Kafka 4: it is so"])
