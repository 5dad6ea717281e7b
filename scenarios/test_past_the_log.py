"""What is done past the binary log, or is lost with the only copy of what a group committed."""

import pytest

from harness.api import Copy, Feed, Path, PipelineWorkload, Scenario, SourceTable, Writers, after
from harness.plugin import RunScenario

from . import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline, pytest.mark.nightly]

BY_HAND = Scenario(
    name="unlogged",
    about="An operator deletes rows at the source with sql_log_bin=0",
    claims=("capture", "convergence", "source-durability"),
    topology=connect_path.FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders", columns=connect_path.COLUMNS, rows=20),),
        writers=(Writers(tables=("orders",)),),
        paths=(
            Path(
                name="main",
                feed=Feed(kind="debezium"),
                copies=(Copy(kind="jdbc", name="warehouse"),),
            ),
        ),
    ),
    steps=(after(acks=150, spread=0.3).remove_unlogged("orders"),),
    aftermath_acks=150,
)

SCENARIOS = (BY_HAND,)


def test_rows_that_are_removed_past_the_log_stay_in_copies(run_scenario: RunScenario) -> None:
    run = run_scenario(BY_HAND)
    run.must_show("unlogged-change")
