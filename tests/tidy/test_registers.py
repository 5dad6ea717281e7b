"""Registers in step: what has a name is claimed, planted, tried and written down."""

import inspect
import re

from harness.backends.fake.bugs.bug import BUGS
from harness.checkers.kind import KINDS
from harness.checkers.verdict.claims import CLAIMS
from harness.engine.catalogue import handbook
from harness.engine.catalogue.scenarios import controls, exam, scenarios, scenarios_of
from harness.faults.fault import FAULTS
from harness.kit import errors
from harness.kit.errors import HarnessError
from harness.shipped import SCENARIOS
from tests.checkers.verdicts import BY_DESIGN
from tests.tidy.checkout import ROOT, texts

NOT_CLAIMED = {
    "snapshot-once": "a snapshot that is interrupted is taken again, whatever its other settings"
}
"""Claims that no scenario states, each with the reason."""


def test_generated_documents_are_fresh() -> None:
    for name, text in handbook.documents().items():
        assert (handbook.DOCS / name).read_text() == text, "run `harness catalogue --write`"


def test_scenarios_state_claims() -> None:
    in_exam = {each.scenario.name for each in exam()}  # strangers may state none
    silent = [name for name, scenario in scenarios().items() if not scenario.claims]
    assert [name for name in silent if name not in in_exam] == []


def test_names_of_scenarios_are_unique() -> None:
    every = [each for path in sorted(SCENARIOS.glob("test_*.py")) for each in scenarios_of(path)]
    names = [each.name for each in every]
    assert sorted(names) == sorted(set(names))


def test_every_claim_is_put_to_the_test() -> None:
    must_hold = [each for each in scenarios().values() if not each.twin_of]
    missing = set(CLAIMS) - {claim for each in must_hold for claim in each.claims}
    assert sorted(missing) == sorted(NOT_CLAIMED), "write a scenario, or say in NOT_CLAIMED why not"


def test_bugs_and_controls_show_every_anomaly() -> None:
    shown = {kind for _, bug in BUGS.items() for kind in bug.shows}
    shown |= {kind for each in controls() for kind in each.shows}
    assert shown <= set(KINDS)
    assert sorted(set(KINDS) - shown - BY_DESIGN) == [], "plant a bug, or write a control"


def test_every_fault_is_tried_on_real_containers() -> None:
    used = {step.fault.kind for each in scenarios().values() for step in each.steps if step.fault}
    tests = "".join(text for path, text in texts() if path.startswith("tests/docker/"))
    assert [kind for kind in FAULTS if kind not in used and f'"{kind}"' not in tests] == []


def test_every_error_is_in_the_tree_with_its_status() -> None:
    tree = dict(re.findall(r"(\w+Error|WaitTimeout) +(\d+) ", str(errors.__doc__)))
    classes = [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, HarnessError)
    ]
    assert tree == {each.__name__: str(each.exit_status) for each in classes}


def test_every_exit_status_is_explained_to_users() -> None:
    statuses = {str(each) for each in (0, 1, 3, 5, 130, 141)}
    statuses |= {row[1] for row in handbook.error_rows()}
    for name in ("docs/commands.md", "reports/README.md"):
        table = (ROOT / name).read_text().partition("Exit status")[2]
        explained = set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE))
        assert explained == statuses, name
