"""Topics that are changed while they are in use, and what their cleanup removes."""

import pytest

from harness.api import (
    Administrators,
    LogWorkload,
    Scenario,
    Topic,
    after,
    controller,
    follower,
)
from harness.plugin import RunScenario

from .controls_topics import READER, SAFE, SHORT_SEGMENTS

pytestmark = [pytest.mark.docker, pytest.mark.controls, pytest.mark.nightly]

RETENTION_CHANGES = Scenario(
    name="t-retention",
    about="Retention is shortened during the run, by age and then by size",
    claims=("retention", "durability", "ordering", "no-duplicates", "integrity"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=2, settings=SHORT_SEGMENTS),),
        producers=(SAFE,),
        consumers=(READER,),
    ),
    steps=(
        after(acks=200, spread=0.5).configure("orders", "retention.ms", 2000, name="by-age"),
        after(removed=500).configure("orders", "retention.ms", -1, name="for-ever"),
        after(acks=500).configure("orders", "retention.bytes", 1 << 17, name="by-size"),
        after(removed=500).go_on(),
    ),
    aftermath_acks=200,
)

# A controller is gone for longer than its session, another sleeps until it is deposed.
ADMINISTRATION = Scenario(
    name="t-admin",
    about="Topics are created, changed and deleted while controllers die and freeze, and a broker "
    "is away",
    claims=("administration", "durability"),
    workload=LogWorkload(
        topics=(Topic(name="orders"),),
        producers=(SAFE,),
        consumers=(READER,),
        # Two replicas, so that topics can be created while one broker is away.
        administrators=(Administrators(count=3, replicas=2),),
    ),
    steps=(
        after(changes=20, spread=0.5).kill(controller(), name="kill-controller"),
        after(changes=20, seconds=8).heal("kill-controller"),
        after(changes=10, whole=True, spread=0.5).pause(controller(), name="pause-controller"),
        after(changes=20, seconds=8).heal("pause-controller"),
        after(changes=10, whole=True, spread=0.5).kill(follower("orders"), name="kill-follower"),
        after(changes=10, seconds=2).heal("kill-follower"),
        after(changes=20, whole=True).go_on(),
    ),
    aftermath_acks=100,
)

SCENARIOS = (RETENTION_CHANGES, ADMINISTRATION)


@pytest.mark.claim("administration")
def test_topics_are_what_their_administrators_were_told(run_scenario: RunScenario) -> None:
    run_scenario(ADMINISTRATION).must_be_valid()


@pytest.mark.claim("retention")
def test_retention_removes_only_what_may_go(run_scenario: RunScenario) -> None:
    run_scenario(RETENTION_CHANGES).must_be_valid()
