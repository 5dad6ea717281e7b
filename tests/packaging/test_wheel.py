"""The wheel in somebody else's repository: all that is needed is in it, and it is found there."""

import json
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from harness.backends.docker.images.recipes import names, recipe
from tests.packaging.conftest import Repository
from tests.tidy.checkout import ROOT, tracked

DIGESTS = """
import json
from harness.backends.docker.images.recipes import names, recipe
print(json.dumps({name: recipe(name).tag for name in names()}))
"""


def in_wheel(path: str) -> str | None:
    """Where a file of the checkout is in a wheel; None when it is not."""
    if path.startswith(("compose/", "scenarios/")):
        return f"harness/shipped/{path}"
    return path if path.startswith("harness/") else None


def test_it_holds_what_the_checkout_holds_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        modes = {each.filename: each.external_attr >> 16 & 0o111 for each in archive.infolist()}
    expected = {place: path for path in tracked() if (place := in_wheel(path))}
    assert held == set(expected)
    runs = {place for place, path in expected.items() if (ROOT / path).stat().st_mode & 0o100}
    assert {name for name in held if modes[name]} == runs


def test_images_are_the_same_from_a_wheel_and_from_a_checkout(theirs: Repository) -> None:
    told = json.loads(theirs.run("python", "-c", DIGESTS))
    assert told == {name: recipe(name).tag for name in names()}


def test_a_first_scenario_is_written_and_runs_on_fakes(theirs: Repository) -> None:
    theirs.run("harness", "init")
    done = theirs.run("python", "-m", "pytest", "--stack", "fake", "--seed", "7")
    assert "2 passed" in done
    latest = theirs.path / "reports" / "latest"
    manifest = json.loads((latest / "manifest.json").read_text())["value"]
    assert (manifest["harness_commit"], manifest["git_commit"]) == (None, None)
    refused = theirs.run("harness", "init", status=2)
    assert "scenarios/test_orders.py exists already" in refused


def test_scenarios_of_theirs_and_of_ours_run_by_name(theirs: Repository, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    theirs.run("harness", "init", folder)
    file = folder / "test_orders.py"
    listed = theirs.run("harness", "scenarios", file)
    assert [line.split()[0] for line in listed.splitlines()] == [
        str(file),
        "orders-survive",
        "orders-survive-bad",
    ]
    run = ("--stack", "fake", "--seed", "7", "--reports-dir", tmp_path / "reports")
    done = theirs.run("harness", "run", f"{file}::orders-survive-bad", *run, status=1)
    assert "INVALID" in done
    theirs.run("harness", "run", "k-ack1", *run)
    assert "k-ack1" in theirs.run("harness", "scenarios")


def test_it_knows_its_version_and_the_repository_that_a_run_is_of(
    theirs: Repository, wheel: Path
) -> None:
    assert theirs.run("harness", "--version").strip() == wheel.name.split("-")[1]
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    (theirs.path / ".gitignore").write_text("*")
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run([*git, *words], cwd=theirs.path, check=True)
    theirs.run("harness", "run", "k-ack1", "--stack", "fake", "--reports-dir", "of-git")
    manifest = json.loads((theirs.path / "of-git/latest/manifest.json").read_text())["value"]
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=theirs.path, capture_output=True, text=True, check=True
    )
    assert manifest["git_commit"] == head.stdout.strip()
    assert manifest["harness_commit"] is None


@pytest.mark.docker
@pytest.mark.slow
def test_what_the_readme_promises_holds_from_nothing(wheel: Path, tmp_path: Path) -> None:
    """All dependencies come from the package index, and scenarios run on real containers."""
    made = Repository.empty(tmp_path / "repository")
    made.install(wheel)
    made.run("harness", "init")
    made.run("harness", "init", "--pipeline")
    assert "4 passed" in made.run("pytest", "--stack", "fake")
    assert "4 passed" in made.run("pytest", "--seed", "1", "--repeat-unknown", "1")
