"""The whole pipeline: what MySQL committed is in every copy, whatever broke in between."""

import pytest

from harness.api import (
    PipelineWorkload,
    Scenario,
    SourceTable,
    Writers,
    after,
    leader,
)
from harness.plugin import RunScenario
from scenarios import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

LEADER_DIES = Scenario(
    name="e-leader",
    about="Changes flow from MySQL into a table and a cache while a partition's leader dies",
    claims=connect_path.CLAIMS,
    topology=connect_path.FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"), SourceTable(name="items")),
        writers=(
            Writers(
                tables=("orders", "items"),
                count=2,
                mix={
                    "insert": 4,
                    "update": 4,
                    "delete": 2,
                    "upsert": 2,
                    "key-update": 1,
                    "multi-row": 1,
                    "multi-table": 1,
                    "rollback": 1,
                },
            ),
        ),
        paths=connect_path.CAPTURED.pipeline.paths,
    ),
    steps=(after(acks=200).kill(leader("connect/orders")), after(acks=200).heal("kill")),
    aftermath_acks=100,
)


def test_changes_arrive_everywhere_while_a_leader_dies(run_scenario: RunScenario) -> None:
    run_scenario(LEADER_DIES).must_be_valid()
