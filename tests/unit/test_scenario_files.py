"""Files with scenarios that cannot be used: each is refused with its name, line and a reason."""

from pathlib import Path

import pytest

from harness.engine.catalogue import loading_limit
from tests.unit.command import harness

ONE = """
from harness.api import LogWorkload, Producers, Scenario, Topic, after, leader
ONE = Scenario(
    name="one", about="a test",
    workload=LogWorkload(topics=(Topic(name="a"),), producers=(Producers(topic="a"),)),
)
SCENARIOS = (ONE,)
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys\nsys.exit(0)", "mine.py cannot be loaded: SystemExit: 0 (line 2)"),
        ("import sys\nsys.exit()", "mine.py cannot be loaded: SystemExit (line 2)"),
        ("import pytest\npytest.skip('no', allow_module_level=True)", "Skipped: no (line 2)"),
        ("import pytest\n\npytest.fail('no')", "mine.py cannot be loaded: Failed: no (line 3)"),
        ("raise GeneratorExit", "mine.py cannot be loaded: GeneratorExit (line 1)"),
        ("x = (", "SyntaxError: '(' was never closed (mine.py, line 1) (line 1)"),
        ("def again(): again()\nagain()", "RecursionError: maximum recursion depth exceeded"),
        ("x = 10 ** 400 * 1.0", "OverflowError: int too large to convert to float (line 1)"),
        (
            "from harness.api import Topology\n\nTopology(brokers=0, registry=True)",
            "cannot be loaded: topology: a registry and Connect workers need brokers (line 3)",
        ),
        (
            "from harness.api import after\nafter().one_of(name='any')",
            "one_of(..., name='any'): expected at least one step, each with a fault; got 0 steps",
        ),
        (
            "from harness.api import after\nafter().one_of(after().go_on(), name='any')",
            "got 1 steps, 0 of them with a fault (line 2)",
        ),
        (ONE.replace('"a test"', '"a", extra=1'), "TypeError: Unexpected keyword argument 'extra'"),
        (
            ONE + "import msgspec\nSCENARIOS = (ONE, msgspec.structs.replace(ONE, about='other'))",
            "are named 'one'; give them different names",
        ),
        (ONE.replace('"one"', "[]"), "the name of a scenario must be a string, got []"),
        (ONE.replace('"one"', "7"), "the name of a scenario must be a string, got 7"),
        (
            ONE.replace("topics=(Topic", "topics=(topic for topic in (Topic") + "",
            "cannot be loaded",
        ),
        (ONE + "\nSCENARIOS = ()\n", "lists no scenario: add a table, SCENARIOS = (MINE,)"),
        (ONE + "\nSCENARIOS = ONE\n", "mine.py: SCENARIOS must be a tuple, got Scenario"),
        (
            ONE + "\nSCENARIOS = (ONE, 7)\n",
            "mine.py: SCENARIOS[1] must be one of Scenario, Control, ",
        ),
        (
            ONE.replace('topic="a"', 'topic="b"'),
            "mine.py): unknown topic 'b' in producer 'producer'; known topics: a",
        ),
        (
            ONE.replace('topic="a"', 'topic="a", rate_per_s=float("nan")'),
            "mine.py): workload.producers[0].rate_per_s: expected a finite number from 0",
        ),
        (
            ONE.replace('about="a test"', 'about="a test", topology=None'),
            "mine.py): topology: expected a Topology, got None",
        ),
        (
            ONE.replace('about="a test"', 'about="a test", steps=(s for s in iter(int, 1))'),
            "mine.py): steps: expected a tuple, each item a Step, got a generator",
        ),
    ],
)
def test_a_file_that_makes_no_scenario_that_runs_is_refused(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    reports = tmp_path / "reports"
    done = harness("run", path, "--stack", "fake", "--reports-dir", reports)
    assert done.status == 2
    assert said in done.sentence
    assert not reports.exists()


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    pass",
        "while True:\n    try:\n        int('x')\n    except Exception:\n        pass",
        # What is lost is said again; so it is lost more often than there are limits.
        (
            "for _ in range(4):\n    try:\n        while True: sum(())\n"
            "    except BaseException: pass\nwhile True: sum(())"
        ),
    ],
)
def test_a_file_that_never_ends_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading_limit, "CPU_LIMIT_S", 0.2)
    monkeypatch.setattr(loading_limit, "AGAIN_S", 0.1)
    path = tmp_path / "mine.py"
    path.write_text(text)
    done = harness("run", path, "--stack", "fake", "--reports-dir", tmp_path / "reports")
    assert done.status == 2
    assert "it did not finish within 0.2 s of processor time or 20 s in total" in done.sentence
    assert "(line " in done.sentence


def test_scenarios_of_the_table_are_found_by_name_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    more = "from msgspec.structs import replace\nTWO = replace(ONE, name='two')\n"
    path.write_text(f"{ONE}\n{more}OTHER = replace(ONE, name='other')\nSCENARIOS = (ONE, TWO)\n")
    done = harness("scenarios", path)
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == ["one", "two"]


def test_every_scenario_of_the_readme_can_be_run_by_name() -> None:
    done = harness("scenarios")
    assert {"e-calm", "e-task", "e-redis", "e-registry"} <= set(done.out.split())


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("1.5", 'Invalid value "1.5" for --seed: not a whole number.'),
        ("1e3", 'Invalid value "1e3" for --seed: not a whole number.'),
        ("-1", 'Invalid value "-1" for --seed. Must be >= 0.'),
        ("9223372036854775808", "Must be <= 9223372036854775807."),
        ("true", 'Invalid value "true" for --seed: not a whole number.'),
        ("9" * 5000, "for --seed: not a whole number."),
    ],
)
def test_a_seed_is_a_whole_number(word: str, said: str, tmp_path: Path) -> None:
    done = harness("run", "p-noflush", "--stack", "fake", "--seed", word, "--reports-dir", tmp_path)
    assert done.status == 2
    assert said in done.sentence
    assert list(tmp_path.iterdir()) == []


def test_what_fakes_lack_is_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    done = harness("run", "exam-snapshot-again", "--stack", "fake", "--reports-dir", tmp_path)
    assert done.status == 2
    assert "the fake stack has no " in done.sentence
    assert "run it with --stack docker" in done.sentence
    assert list(tmp_path.iterdir()) == []
