"""Scenarios by name or by file, and the catalogue of all that has a name."""

from pathlib import Path

import pytest

from harness.backends.fake.bugs.bug import BUGS
from harness.checkers.checker import CHECKERS
from harness.checkers.kind import KINDS
from harness.engine.catalogue import handbook
from harness.engine.catalogue.scenarios import find, scenarios, scenarios_of
from harness.faults.fault import FAULTS
from harness.kit.errors import UsageError
from harness.shipped import SCENARIOS

ONE = """
from harness.api import LogWorkload, Producers, Scenario, Topic

SCENARIO = Scenario(
    name={name!r},
    about="a test",
    workload=LogWorkload(
        topics=(Topic(name="orders"),), producers=(Producers(topic="orders"),)
    ),
)
"""


def write(path: Path, *names: str) -> Path:
    each = "".join(ONE.format(name=name).replace("SCENARIO", name) for name in names)
    path.write_text(f"{each}SCENARIOS = ({''.join(f'{name},' for name in names)})\n")
    return path


def test_scenarios_come_by_name_in_order() -> None:
    found = scenarios()
    assert list(found) == sorted(found)
    assert all(name == scenario.name for name, scenario in found.items())
    assert find("k-ack1") == found["k-ack1"]


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path / "test_some.py", "one", "two")
    with pytest.raises(UsageError, match=r"^there is no scenario 'three'; known: one, two$"):
        find("three", tmp_path)


def test_a_folder_without_scenarios_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"known: none$"):
        find("three", tmp_path)


def test_one_name_cannot_mean_two_scenarios(tmp_path: Path) -> None:
    write(tmp_path / "test_some.py", "one")
    path = write(tmp_path / "test_others.py", "one")
    path.write_text(path.read_text().replace("a test", "another test"))
    with pytest.raises(UsageError, match=r"two scenarios in .* are named 'one'"):
        scenarios(tmp_path)


def test_a_scenario_may_be_imported_by_a_second_module(tmp_path: Path) -> None:
    write(tmp_path / "test_some.py", "one")
    write(tmp_path / "test_others.py", "one")
    assert list(scenarios(tmp_path)) == ["one"]


def test_every_module_of_the_folder_is_looked_at() -> None:
    by_module = [scenarios_of(path) for path in SCENARIOS.glob("test_*.py")]
    assert all(by_module)
    assert {each.name for module in by_module for each in module} == set(scenarios())


def test_the_catalogue_names_everything() -> None:
    text = handbook.catalogue()
    for name in (*KINDS, *BUGS, *CHECKERS, *FAULTS, *scenarios(), "UsageError", "zookeeper"):
        assert f"| `{name}` |" in text, name


def test_the_catalogue_replaces_only_what_stands_between_its_markers() -> None:
    text = f"before\n{handbook.BEGIN}\nold\n{handbook.END}\nafter\n"
    new = handbook.with_catalogue(text)
    assert new.startswith(f"before\n{handbook.BEGIN}\n### Scenarios")
    assert new.endswith(f"\n{handbook.END}\nafter\n")
    assert "\nold\n" not in new
    assert handbook.with_catalogue(new) == new


def test_a_file_without_markers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ARCHITECTURE.md"
    with pytest.raises(UsageError, match=r"there is no ARCHITECTURE\.md"):
        handbook.write_catalogue(path)
    path.write_text("no place here")
    with pytest.raises(UsageError, match="there is no place for the catalogue"):
        handbook.write_catalogue(path)
    assert path.read_text() == "no place here"


def test_writing_says_whether_anything_changed(tmp_path: Path) -> None:
    path = tmp_path / "ARCHITECTURE.md"
    path.write_text(f"{handbook.BEGIN}{handbook.END}")
    assert [handbook.write_catalogue(path), handbook.write_catalogue(path)] == [True, False]
