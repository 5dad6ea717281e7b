"""Someone's own pipeline: their table, their connector's configuration, their consumer."""

import json
from pathlib import Path as File

import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Program,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
    service,
    worse_path,
)  # fmt: skip
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]
OWN = File(__file__).parent / "own"

CACHED = Scenario(
    name="own-cache",
    about="Redis is out of reach of our consumer for some seconds",
    claims=("capture", "convergence"),
    topology=Topology(registry=True, connect_workers=2, mysql=True, redis=True),
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders", ddl=(OWN / "orders.sql").read_text()),),
        writers=(Writers(tables=("orders",)),),
        paths=(Path(
            name="shop",
            feed=Feed(kind="debezium", connector=json.loads((OWN / "source.json").read_text())),
            copies=(Copy(
                kind="program", name="cache", into="redis", settings={"REDIS_TRIES": 0},
                program=Program(function=f"{OWN / 'order_cache.py'}:run"),
            ),),
        ),),
    ),
    steps=(after(acks=100).cut_link(service("redis"), caller="client"),
           after(acks=100).heal("cut-link")),
    aftermath_acks=50,
)  # fmt: skip
GIVES_UP = worse_path(CACHED, "own-cache-bad", "An entry that Redis does not take is given up",
                      copies={"cache": {"REDIS_TRIES": 1}})  # fmt: skip


def test_the_cache_catches_up(run_scenario: RunScenario) -> None:
    run_scenario(CACHED).must_be_valid()


def test_the_bug_is_found(run_scenario: RunScenario) -> None:
    run_scenario(GIVES_UP).must_show("stale-row", hop="shop/topics → shop/cache (program)")
