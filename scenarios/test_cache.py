"""Caches: what readers are served, and what is still wrong when all is quiet."""

import pytest

from harness.api import (
    Cache,
    PipelineWorkload,
    Race,
    Readers,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    worse_cache,
)
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

# What an application keeps by itself needs no Kafka.
SMALL = Topology(brokers=0, mysql=True, redis=True)


def kept(cache: Cache, race: Race | None = None) -> PipelineWorkload:
    """Traffic on a cache that the application keeps, with a race for rows of its own."""
    return PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",), count=2, keys=16),),
        caches=(cache,),
        readers=(Readers(copy=cache.name, count=2),),
        races=(race,) if race else (),
    )


STALE_FILL = Scenario(
    name="r-staleset",
    about="A reader fills a cache with what it read before the writer's commit",
    claims=("convergence", "freshness", "source-durability"),
    topology=SMALL,
    workload=kept(
        Cache(kind="cache-aside", name="cache"),
        Race(cache="cache", table="orders", kind="stale-fill"),
    ),
)
STALE_FILL_BAD = worse_cache(
    STALE_FILL, "r-staleset-bad", "versioned=false: whoever comes last wins", versioned=False
)


def test_a_late_fill_is_refused(run_scenario: RunScenario) -> None:
    run_scenario(STALE_FILL).must_be_valid()


def test_a_late_fill_stays_for_ever(run_scenario: RunScenario) -> None:
    run_scenario(STALE_FILL_BAD).must_show("stale-row", hop="mysql → app/cache (cache-aside)")
