"""The plugin in a repository that has other things in mind: it disturbs nothing there."""

import subprocess
import sys

import pytest

pytest_plugins = ("pytester",)

EARLY = ("-p", "harness.plugin")
"""Loads it as its entry point does: before any conftest.py."""
HEAVY = ("confluent_kafka", "docker", "harness.api", "hypothesis", "polars", "pymysql", "scipy")
OTHERS = """
def pytest_addoption(parser):
    parser.addoption("--seed", default="theirs", help="of their own")
    parser.getgroup("theirs").addoption("--metadata", action="append", default=[])

def pytest_configure(config):
    assert config.getoption("--seed") == "theirs"
    assert config.getoption("--metadata") == ["a", "b"]
"""
PLAIN = "def test_plain(): pass"


@pytest.fixture
def theirs(registries: None, pytester: pytest.Pytester) -> pytest.Pytester:  # noqa: ARG001
    """A repository of somebody else's."""
    pytester.makepyfile(test_it=PLAIN)
    return pytester


def test_options_of_a_conftest_come_before_ours(theirs: pytest.Pytester) -> None:
    theirs.makeconftest(OTHERS)
    given = ("--metadata=a", "--metadata=b")
    theirs.runpytest_inprocess(*EARLY, *given).assert_outcomes(passed=1)
    done = theirs.runpytest_inprocess(*EARLY, *given, "--chaos-seed=7", "--stack=fake")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["chaos harness: --seed 7 --stack fake"])


@pytest.mark.parametrize("order", [("theirs", "harness.plugin"), ("harness.plugin", "theirs")])
def test_options_of_another_plugin_come_before_ours(
    order: tuple[str, ...], theirs: pytest.Pytester
) -> None:
    theirs.makepyfile(theirs=OTHERS)
    theirs.syspathinsert()
    plugins = [word for name in order for word in ("-p", name)]
    theirs.runpytest_inprocess(
        *plugins, "--metadata=a", "--metadata=b", "--chaos-stack=fake"
    ).assert_outcomes(passed=1)


def test_a_conftest_may_name_what_is_loaded_already(theirs: pytest.Pytester) -> None:
    theirs.makeconftest('pytest_plugins = ["harness.plugin"]')
    done = theirs.runpytest_inprocess(*EARLY, "--stack=fake", "--seed=7")
    done.assert_outcomes(passed=1)
    assert [line for line in done.outlines if line.startswith("chaos harness: ")] == [
        "chaos harness: --seed 7 --stack fake"
    ]


def test_it_can_be_left_out(theirs: pytest.Pytester) -> None:
    done = theirs.runpytest_inprocess(*EARLY, "-p", "no:harness.plugin")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*chaos harness*")


def test_a_session_without_scenarios_imports_nothing_of_weight(theirs: pytest.Pytester) -> None:
    theirs.makeconftest(
        f"""
        import sys

        def pytest_sessionfinish():
            print("imported:", sorted(set({HEAVY}) & set(sys.modules)))
        """
    )
    done = theirs.runpytest_subprocess(*EARLY, "-s", "-p", "no:hypothesispytest")
    done.assert_outcomes(passed=1)
    assert "imported: []" in done.stdout.str()


def test_all_warnings_may_be_errors(theirs: pytest.Pytester) -> None:
    theirs.makepyfile(
        mine="from harness.plugin import RunScenario, nightly",
        test_it="import mine\n\n\ndef test_it(): pass",
    )
    done = theirs.runpytest_subprocess(*EARLY, "-W", "error", "--strict-markers")
    done.assert_outcomes(passed=1)


def test_the_module_is_light() -> None:
    code = f"import sys, harness.plugin; print(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
