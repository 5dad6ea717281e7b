"""Scenarios of the user: by name, by file, by folder."""

from pathlib import Path

import pytest

from harness.engine.catalogue.own_scenarios import held_in, resolve
from harness.engine.catalogue.scenarios import find
from harness.kit.errors import UsageError
from tests.unit.test_catalogue import write


def test_a_file_of_one_scenario_needs_no_name(tmp_path: Path) -> None:
    assert resolve(str(write(tmp_path / "mine.py", "one")), tmp_path).name == "one"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), "lists no scenario: add a table"),
        (("one", "two"), "lists several scenarios: one, two"),
    ],
)
def test_a_file_must_name_exactly_one(
    tmp_path: Path, names: tuple[str, ...], sentence: str
) -> None:
    path = write(tmp_path / "mine.py", *names)
    with pytest.raises(UsageError, match=sentence):
        resolve(str(path), tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no scenario file .*nowhere\.py"):
        resolve(str(tmp_path / "nowhere.py"), tmp_path)


@pytest.mark.parametrize("text", ["import nowhere_to_be_found", "1 / 0", "def broken(:"])
def test_a_broken_file_says_what_python_says(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"broken\.py cannot be loaded: \w+Error: "):
        resolve(str(path), tmp_path)


def test_one_of_several_in_a_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.py", "one", "two")
    assert resolve(f"{path}::two", tmp_path).name == "two"
    with pytest.raises(
        UsageError, match=r"unknown scenario 'three' in .*mine.py; known: one, two$"
    ):
        resolve(f"{path}::three", tmp_path)
    with pytest.raises(UsageError, match=r"; choose one: .*mine.py::one$"):
        resolve(str(path), tmp_path)


def test_a_name_is_looked_for_where_scenarios_are_written(tmp_path: Path) -> None:
    names = {"scenarios/deep/orders.py": "a", "tests/test_more.py": "b", "test_here.py": "c"}
    for file, name in names.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / file, name)
        assert resolve(name, tmp_path).name == name
    assert [held.path.name for held in held_in(tmp_path)] == [
        "orders.py",
        "test_here.py",
        "test_more.py",
    ]
    assert resolve("k-ack1", tmp_path) == find("k-ack1")


def test_a_name_of_ones_own_comes_before_a_shipped_one(tmp_path: Path) -> None:
    write(tmp_path / "test_mine.py", "one")
    path = tmp_path / "test_mine.py"
    path.write_text(path.read_text().replace("name='one'", "name='k-ack1'"))
    assert resolve("k-ack1", tmp_path).about == "a test"


def test_one_name_for_two_scenarios_is_no_answer(tmp_path: Path) -> None:
    write(tmp_path / "test_some.py", "one")
    path = write(tmp_path / "test_more.py", "one")
    assert resolve("one", tmp_path).name == "one"  # the same twice is one
    path = tmp_path / "test_other.py"
    path.write_text((tmp_path / "test_some.py").read_text().replace("a test", "another test"))
    with pytest.raises(UsageError, match=r"two scenarios are named 'one', in .*choose one: "):
        resolve("one", tmp_path)


def test_files_that_have_nothing_to_do_with_the_harness_are_not_imported(tmp_path: Path) -> None:
    (tmp_path / "test_others.py").write_text("raise RuntimeError('imported')")
    assert list(held_in(tmp_path)) == []


def test_modules_of_a_package_may_import_one_another(tmp_path: Path) -> None:
    package = tmp_path / "tests" / "own_chaos"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    write(package / "orders.py", "one")
    (package / "test_all.py").write_text(
        "from harness.api import worse\nfrom .orders import one\n\n"
        "two = worse(one, 'two', 'no acks', producers={'acks': 0})\n"
        "SCENARIOS = (two,)\n"
    )
    assert resolve("two", tmp_path).name == "two"


def test_a_folder_of_ones_own_named_scenarios_does_not_hide_the_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").touch()
    write(tmp_path / "scenarios" / "test_topics.py", "mine")
    monkeypatch.syspath_prepend(tmp_path)
    assert find("k-compact-log").name == "k-compact-log"


def test_places_may_be_named(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere.py", "one")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write(tmp_path / "deep" / "er" / "more.py", "two")
    places = (tmp_path / "elsewhere.py", tmp_path / "deep")
    names = [each.name for held in held_in(tmp_path, places) for each in held.scenarios]
    assert names == ["one", "two"]
    with pytest.raises(UsageError, match=r"no file or folder .*nowhere$"):
        list(held_in(tmp_path, (tmp_path / "nowhere",)))
