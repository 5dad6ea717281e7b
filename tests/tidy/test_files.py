"""Files: small, few in a folder, and at home on every machine."""

import re
from collections import Counter
from pathlib import PurePath

import pytest
import yaml

from tests.tidy.checkout import ROOT, lines, texts, tracked

MODULE_LINES_MAX = 300
TEST_LINES_MAX = 400
FAULT_LINES_MAX = 90
FOLDER_FILES_MAX = 25
LONGER: dict[str, str] = {
    "tests/unit/reporting_sample.py": "one run written out as values; it has no logic to divide",
    "tests/checkers/test_flow_anomalies.py": "a bad and a good flow for each of eighteen kinds",
    "scenarios/exam_formats.py": "one table: a legal pipeline for each format of a feed",
    "scenarios/test_semantics.py": "one table: the lines of the comparison of guarantees",
}
"""Modules that may be longer than their limit, each with the reason."""
FULLER: dict[str, str] = {
    "scenarios": "one module a subject, found by its name; each is shipped flat",
    "tests/checkers": "one module a subject, found by its name; helpers beside them",
    "tests/unit": "one module a subject, found by its name; helpers beside them",
}
"""Folders that may hold more modules, each with the reason."""

# Written so that these very lines do not match.
OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:root|work|Users/\w+|home/\w+)/")
REGISTRIES = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|ghcr\.io|quay\.io|gcr\.io|docker\.com"
    r"|registry[\w.-]*\.io|maven\.org|maven\.apache\.org/maven2|mcr\.microsoft\.com"
    r"|deb\.debian\.org|archive\.ubuntu\.com|proxy\.golang\.org|crates\.io)\b"
)


def limit_of(path: str) -> int:
    if path.startswith("harness/faults/") and "\n@fault(" in (ROOT / path).read_text():
        return FAULT_LINES_MAX
    return TEST_LINES_MAX if path.startswith("tests/") else MODULE_LINES_MAX


def test_modules_are_small() -> None:
    modules = [path for path in tracked() if path.endswith(".py")]
    assert len(modules) > 100
    long = {path: lines(path) for path in modules if lines(path) > limit_of(path)}
    assert sorted(long) == sorted(LONGER), f"divide it, or say in LONGER why not: {long}"


def test_folders_hold_few_modules() -> None:
    folders = Counter(str(PurePath(path).parent) for path in tracked() if path.endswith(".py"))
    full = {folder: count for folder, count in folders.items() if count > FOLDER_FILES_MAX}
    assert sorted(full) == sorted(FULLER), f"divide it, or say in FULLER why not: {full}"


def test_a_checker_is_recognised_by_its_place() -> None:
    helpers = {"evidence", "permissions", "verdict"}
    for path in tracked():
        if path.startswith("harness/checkers/") and not path.endswith("__init__.py"):
            room, *sub = path.removeprefix("harness/checkers/").split("/")
            is_checker = "\n@checker(" in (ROOT / path).read_text()
            assert is_checker == (len(sub) == 1 and room not in helpers), path


def test_no_file_knows_a_machine() -> None:
    found = [path for path, text in texts() if OF_A_MACHINE.search(text)]
    assert found == [], "use a path from the root of the checkout"


def test_no_file_names_a_registry() -> None:
    found = [path for path, text in texts() if REGISTRIES.search(text)]
    assert found == [], "leave it to pip, npm, go, Maven or the engine where they download from"


@pytest.mark.parametrize("place", ["root", "home/me", "Users/me", "work"])
def test_a_path_of_a_machine_is_recognised(place: str) -> None:
    assert OF_A_MACHINE.search(f"see /{place}/file")
    assert not OF_A_MACHINE.search(f"see ./{place}/file")


def test_hooks_run_what_is_installed_here() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [each["repo"] for each in hooks["repos"]] == ["local"]
    assert {hook["language"] for hook in hooks["repos"][0]["hooks"]} == {"system"}


def test_scenarios_name_one_another_as_neighbours() -> None:
    """In a wheel their package has another name."""
    own = {path: text for path, text in texts() if path.startswith("scenarios/")}
    absolute = re.compile(r"^\s*(from|import) scenarios", re.MULTILINE)
    found = [path for path, text in own.items() if absolute.search(text)]
    assert found == [], "write `from .module import name`"
