"""Someone's own pipeline: their table, their connector's configuration, their consumer."""

import json
from pathlib import Path

import pytest

from harness import api as chaos
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]
OWN = Path(__file__).parent / "own"

FEED = chaos.Feed(kind="debezium", connector=json.loads((OWN / "source.json").read_text()))
CONSUMER = chaos.Program(function=f"{OWN / 'order_cache.py'}:run")
CACHE = chaos.Copy(
    kind="program", name="cache", into="redis", program=CONSUMER, settings={"REDIS_RETRIES": -1}
)
CACHED = chaos.Scenario(
    name="own-cache",
    about="Redis is out of reach of our consumer for some seconds",
    claims=("capture", "convergence"),
    topology=chaos.Topology(registry=True, connect_workers=2, mysql=True, redis=True),
    workload=chaos.PipelineWorkload(
        tables=(chaos.SourceTable(name="orders", ddl=(OWN / "orders.sql").read_text()),),
        writers=(chaos.Writers(tables=("orders",), keys=256),),
        paths=(chaos.Path(name="shop", feed=FEED, copies=(CACHE,)),),
    ),
    steps=(
        chaos.after(acks=100).cut_link(chaos.service("redis"), caller="client"),
        chaos.after(acks=200).heal("cut-link"),
    ),
    aftermath_acks=50,
)


def test_the_cache_catches_up(run_scenario: RunScenario) -> None:
    run_scenario(CACHED).must_be_valid()


HASTY = chaos.worse_path(
    CACHED, "own-cache-bad", "Redis is asked twice", copies={"cache": {"REDIS_RETRIES": 1}}
)

SCENARIOS = (CACHED, HASTY)


def test_the_bug_is_found(run_scenario: RunScenario) -> None:
    run_scenario(HASTY).must_show("stale-row", hop="shop/topics → shop/cache (program)")
