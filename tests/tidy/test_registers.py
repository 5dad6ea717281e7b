"""Registers in step: what has a name is claimed, planted, tried and written down."""

import inspect
import re

from harness.checkers.verdict.anomalies import ANOMALIES
from harness.checkers.verdict.claims import CLAIMS, Claim, claim_against
from harness.engine import handbook
from harness.engine.catalogue import exam, scenarios, scenarios_of
from harness.fakes.bugs.bug import BUGS
from harness.faults.fault import FAULTS
from harness.kit import errors
from harness.kit.errors import HarnessError
from harness.shipped import SCENARIOS
from tests.tidy.checkout import ROOT, texts

NEVER_A_VIOLATION = {"int-send-skip", "G0", "G0-process", "G0-realtime", "G1c-ww"}
NOT_CLAIMED = {
    "snapshot-once": "a snapshot that is interrupted is taken again, whatever its other settings"
}
"""Claims that no scenario states, each with the reason."""
NOT_PLANTED = {
    "stuck": "no bug of a broker shows it, a producer that stops does: scenario p-hangtxn-bad",
    "unsent": "no bug of a broker shows it, an application does: scenario p-noflush-bad",
}
NOT_PLANTED |= dict.fromkeys(
    ("dead-service", "longer-session"), "no bug of a broker: its settings show it on the fakes too"
)
NOT_PLANTED |= dict.fromkeys(
    ("split-key", "reordered-key"),
    "clients and added partitions show them: scenarios k-partadd-bad, k-partitioner-bad",
)
NOT_PLANTED["resurrected-key"] = "a setting shows it: scenario k-tombstone-bad"
NOT_PLANTED["stale-result"] = "a setting shows it: scenario c-zombie-bad"
NOT_PLANTED |= dict.fromkeys(NEVER_A_VIOLATION, "no promise is broken, so there is no bug")
"""Kinds of anomaly without a planted bug, each with the reason."""


def test_the_catalogue_is_fresh() -> None:
    text = handbook.ARCHITECTURE.read_text()
    assert handbook.with_catalogue(text) == text, "run `harness catalogue --write`"


def test_scenarios_state_claims() -> None:
    in_exam = {each.scenario.name for each in exam()}  # strangers may state none
    silent = [name for name, scenario in scenarios().items() if not scenario.claims]
    assert [name for name in silent if name not in in_exam] == []


def test_names_of_scenarios_are_unique() -> None:
    every = [each for path in sorted(SCENARIOS.glob("test_*.py")) for each in scenarios_of(path)]
    names = [each.name for each in every]
    assert sorted(names) == sorted(set(names))


def test_every_claim_is_put_to_the_test() -> None:
    must_hold = [each for name, each in scenarios().items() if not name.endswith("-bad")]
    missing = set(CLAIMS) - {claim for each in must_hold for claim in each.claims}
    assert sorted(missing) == sorted(NOT_CLAIMED), "write a scenario, or say in NOT_CLAIMED why not"


def test_every_anomaly_contradicts_a_claim_or_is_said_to_be_none() -> None:
    assert {kind for kind in ANOMALIES if claim_against(kind) is None} == NEVER_A_VIOLATION
    assert all(f"`{kind}`" in str(Claim.__doc__) for kind in NEVER_A_VIOLATION)


def test_claims_and_bugs_speak_of_anomalies_that_exist() -> None:
    spoken = {kind for _, claim in CLAIMS.items() for kind in claim.contradicted_by}
    spoken |= {kind for _, bug in BUGS.items() for kind in bug.shows}
    assert sorted(spoken - set(ANOMALIES)) == []


def test_every_anomaly_has_a_planted_bug() -> None:
    planted = {kind for _, bug in BUGS.items() for kind in bug.shows}
    missing = [kind for kind in ANOMALIES if kind not in planted]
    # The fakes have no pipeline: those checkers are held to flows that are falsified by hand.
    of_pipelines = {
        kind
        for claim in CLAIMS
        for kind in CLAIMS[claim].contradicted_by
        if CLAIMS[claim].of_pipelines
    }
    missing = [kind for kind in missing if kind not in of_pipelines]
    assert sorted(missing) == sorted(NOT_PLANTED), "plant a bug, or say in NOT_PLANTED why not"


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
    for name in ("README.md", "reports/README.md"):
        table = (ROOT / name).read_text().partition("Exit status")[2]
        explained = set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE))
        assert explained == statuses, name
