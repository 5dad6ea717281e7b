"""Controls: of two scenarios that differ in one setting, one shows nothing and the other must."""

from collections.abc import Iterable

import pytest

from harness.api import Control, Scenario, Transactions
from harness.plugin import RunScenario

from .controls_brokers import BROKERS
from .controls_groups import GROUPS
from .controls_metadata import METADATA
from .controls_processing import PROCESSING
from .controls_producers import PRODUCERS, bug_hunt
from .controls_topics import TOPICS
from .controls_transactions import TRANSACTIONS

pytestmark = [pytest.mark.docker, pytest.mark.controls]

CONTROLS = (
    *BROKERS,
    *TOPICS,
    *PRODUCERS,
    *TRANSACTIONS,
    *PROCESSING,
    *GROUPS,
    *METADATA,
)


def marks(control: Control) -> list[pytest.MarkDecorator]:
    """What both of its scenarios are marked with."""
    claims = [pytest.mark.claim(claim) for claim in control.good.claims]
    return [
        *claims,
        *map(pytest.mark.docker_only, control.docker_only),
        *([pytest.mark.nightly] if control.nightly else []),
    ]


def good(controls: Iterable[Control]) -> list[object]:
    """The known-good ones."""
    return [pytest.param(each.good, marks=marks(each), id=each.good.name) for each in controls]


def bad(controls: Iterable[Control]) -> list[object]:
    """Their twins, each with what it must show."""
    return [
        pytest.param(
            each.bad,
            each.shows,
            marks=[*marks(each), *map(pytest.mark.kafka_3_only, each.kafka_3_only)],
            id=each.bad.name,
        )
        for each in controls
    ]


BUG_4953 = bug_hunt()
IN_TRANSACTIONS = bug_hunt(
    "p-4953-txn",
    "The same in transactions, with which a batch that is written again is not committed twice",
    Transactions(records=20),
)

SCENARIOS = (*CONTROLS, BUG_4953, IN_TRANSACTIONS)


@pytest.mark.nightly
def test_a_known_bug_of_the_client_may_duplicate(run_scenario: RunScenario) -> None:
    """Librdkafka's issue 4953: strictly once takes transactions, not idempotence alone."""
    run = run_scenario(BUG_4953)
    counted = {finding.kind for finding in run.verdict.findings if finding.counts}
    assert counted <= {"duplicate"}
    if not counted:
        pytest.skip("nothing was found, which proves nothing")


@pytest.mark.nightly
@pytest.mark.claim("no-duplicates")
def test_transactions_are_strictly_once_where_idempotence_alone_may_not_be(
    run_scenario: RunScenario,
) -> None:
    run_scenario(IN_TRANSACTIONS).must_be_valid()


@pytest.mark.parametrize("scenario", good(CONTROLS))
def test_good_settings_show_nothing(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(("scenario", "anomalies"), bad(CONTROLS))
def test_one_setting_worse_shows_its_anomaly_and_no_other(
    scenario: Scenario, anomalies: tuple[str, ...], run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show_only(*anomalies)
