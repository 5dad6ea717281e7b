"""The whole pipeline: what MySQL committed is in every copy, whatever broke in between."""

import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
    leader,
)
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

FULL = Topology(registry=True, connect_workers=2, mysql=True, redis=True)

CONNECT = Path(
    name="connect",
    feed=Feed(kind="debezium"),
    copies=(Copy(kind="jdbc", name="warehouse"), Copy(kind="redis", name="cache")),
)

LEADER_DIES = Scenario(
    name="e-leader",
    about="Changes flow from MySQL into a table and a cache while a partition's leader dies",
    claims=("capture", "change-order", "capture-once", "convergence", "source-durability"),
    topology=FULL,
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
        paths=(CONNECT,),
    ),
    steps=(after(acks=200).kill(leader("connect/orders")), after(acks=200).heal("kill")),
    aftermath_acks=100,
)


def test_changes_arrive_everywhere_while_a_leader_dies(run_scenario: RunScenario) -> None:
    run_scenario(LEADER_DIES).must_be_valid()
