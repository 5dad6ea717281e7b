"""Documents: their examples run, their commands exist, their links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from harness.cli.main import app
from harness.engine.catalogue.scenarios import exam, scenarios
from harness.engine.commands import starters
from tests.tidy.checkout import ROOT, tracked

pytest_plugins = ("pytester",)

DOCUMENTS = sorted(path for path in tracked() if path.endswith(".md"))


def blocks(document: str) -> list[tuple[str, str]]:
    """Language and content of every code block."""
    text = (ROOT / document).read_text()
    # One expression for beginning and end, so that an end is never taken for a beginning.
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every line of a code block that calls the harness, with its document, each once."""
    found = {
        (document, re.split(r"  | #", line)[0])
        for document in DOCUMENTS
        for _, block in blocks(document)
        for line in block.splitlines()
        if line.startswith("harness ")
    }
    return sorted(found)


EXAMPLES = [text for language, text in blocks("README.md") if language == "python"]


def test_there_is_something_to_hold() -> None:
    assert {"README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "reports/README.md"} <= set(
        DOCUMENTS
    )
    assert len(commands()) > 10
    assert EXAMPLES


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_run_on_fakes(number: int, pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["harness.plugin"]')
    pytester.makepyfile(test_example=EXAMPLES[number])
    done = pytester.runpytest_subprocess("--stack=fake", "--seed=7")
    assert done.ret == 0
    assert done.parseoutcomes()["passed"] >= 1


def test_the_readme_shows_what_init_writes() -> None:
    assert starters.LOG.read_text() in EXAMPLES


@pytest.mark.parametrize(("document", "command"), commands())
def test_commands_exist(document: str, command: str) -> None:
    assert document
    words = shlex.split(command.replace("<", "").replace(">", ""))[1:]
    app.parse_args(words, print_error=False, exit_on_error=False)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text()
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    folder = Path(ROOT, document).parent
    assert [link for link in links if not (folder / link.partition("#")[0]).exists()] == []


def test_every_shipped_scenario_is_listed_for_users() -> None:
    text = (ROOT / "docs/scenarios.md").read_text()
    in_exam = {each.scenario.name for each in exam()}  # the catalogue lists them
    assert [name for name in scenarios() if f"`{name}`" not in text and name not in in_exam] == []
