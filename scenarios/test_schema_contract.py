"""The schema contract: what the registry lets in, readers can read."""

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
    worse_path,
)
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

PYTHON = Topology(registry=True, mysql=True)
FEED_HOP = "mysql → python/topics (binlog)"

REFUSED = Scenario(
    name="s-none",
    about="A producer is deployed whose schema readers cannot follow; the registry refuses it",
    claims=("capture", "change-order", "capture-once", "convergence", "source-durability"),
    topology=PYTHON,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",), count=2),),
        paths=(
            Path(
                name="python",
                feed=Feed(
                    kind="binlog",
                    settings={"use.latest.version": True},
                    compatibility="BACKWARD",
                ),
                copies=(Copy(kind="table", name="copy"),),
            ),
        ),
    ),
    steps=(
        after(acks=50, spread=0.5).register_schema("python/orders", "version-as-text"),
        after(acks=100).heal("register"),
    ),
    aftermath_acks=50,
)
LET_IN = worse_path(
    REFUSED,
    "s-none-bad",
    "compatibility=NONE: the registry lets in what readers cannot follow",
    compatibility="NONE",
)


def test_the_registry_refuses_what_readers_cannot_follow(run_scenario: RunScenario) -> None:
    run = run_scenario(REFUSED)
    run.must_be_valid()
    assert "refused it with 409" in run.witnessed("register")


def test_without_a_contract_readers_meet_what_they_cannot_read(run_scenario: RunScenario) -> None:
    run_scenario(LET_IN).must_show("undecodable", hop=FEED_HOP)
