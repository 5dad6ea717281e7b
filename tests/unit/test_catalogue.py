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
from harness.model.glossary import TERMS, meaning
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
    with pytest.raises(UsageError, match=r"^unknown scenario 'three'; known: one, two$"):
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


def test_the_glossary_names_every_term() -> None:
    text = handbook.words()
    for name, term in TERMS.items():
        assert f"| {name} | {term.meaning} |" in text


def test_an_unknown_term_says_where_to_add_it() -> None:
    assert meaning("hop") == TERMS["hop"].meaning
    with pytest.raises(UsageError, match=r"unknown term 'hup'; add it to harness/model/glossary"):
        meaning("hup")


def test_documents_are_written_into_a_checkout_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="this is not a checkout"):
        handbook.write_documents(tmp_path / "docs")


def test_writing_says_whether_anything_changed(tmp_path: Path) -> None:
    written = [handbook.write_documents(tmp_path), handbook.write_documents(tmp_path)]
    assert written == [True, False]
    for name, text in handbook.documents().items():
        assert (tmp_path / name).read_text() == text
