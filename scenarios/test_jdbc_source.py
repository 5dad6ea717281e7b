"""A source connector that polls tables over JDBC: what each of its settings does not see."""

import msgspec
import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Writers,
    worse_path,
)
from harness.plugin import RunScenario, nightly

from . import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

HOP = "mysql → polled/topics (jdbc)"
# Rows only come: a query sees neither a delete nor what it removed. Their keys rise, as those that
# a table gives out by itself, and some are taken early and committed late.
LATE = Scenario(
    name="j-late",
    about="Rows whose transactions commit late are polled by time of change, long enough after it",
    claims=connect_path.CAPTURED.claims,
    topology=connect_path.FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(
            Writers(
                tables=("orders",), keys_rise=True, mix={"insert": 4, "late-insert": 1}, open_s=3.0
            ),
        ),
        paths=(
            Path(
                name="polled",
                feed=Feed(kind="jdbc", settings={"timestamp.delay.interval.ms": 8000}),
                copies=(Copy(kind="redis", name="cache"),),
            ),
        ),
    ),
    baseline_acks=400,
)
BY_KEY = worse_path(
    LATE,
    "j-inc-latecommit",
    "mode=incrementing: a key that commits behind a higher one is never read",
    feed={"mode": "incrementing"},
)
BY_TIME = worse_path(
    LATE,
    "j-ts-latecommit",
    "timestamp.delay.interval.ms=0: a time that commits behind a later one is never read",
    feed={"timestamp.delay.interval.ms": 0},
)

CHANGED = msgspec.structs.replace(
    LATE,
    name="j-update",
    about="Rows are inserted and updated, and polled by time of change",
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",), keys_rise=True, mix={"insert": 1, "update": 1}),),
        paths=(
            Path(
                name="polled",
                feed=Feed(kind="jdbc"),
                copies=(Copy(kind="redis", name="cache"),),
            ),
        ),
    ),
    baseline_acks=200,
)
NEW_ONLY = worse_path(
    CHANGED,
    "j-inc-update",
    "mode=incrementing: a row that was read is never read again",
    feed={"mode": "incrementing"},
)

SCENARIOS = (LATE, BY_KEY, BY_TIME, CHANGED, NEW_ONLY)


@pytest.mark.parametrize("scenario", [LATE, nightly(CHANGED)], ids=lambda scenario: scenario.name)
def test_what_a_query_can_see_arrives(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly"),
    [(BY_KEY, "missing-row"), nightly(BY_TIME, "missing-row"), nightly(NEW_ONLY, "stale-row")],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_it_passed_by_never_does(
    scenario: Scenario, anomaly: str, run_scenario: RunScenario
) -> None:
    run = run_scenario(scenario)
    run.must_show("missed-change", hop=HOP)
    run.must_show(anomaly, hop=HOP)
