"""Every bug planted in a pipeline is found by the anomaly that it must cause."""

import msgspec
import pytest

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Readers,
    Scenario,
    SourceTable,
    Topology,
    Writers,
)
from harness.backends.fake.bugs.bug import BUGS
from harness.engine.catalogue.scenarios import find
from tests.checkers.verdicts import OF_PIPELINES
from tests.fake import connect_bugs
from tests.fake.conftest import RunFake

SEEDS = (1, 2)
CALM = Scenario(
    name="calm-pipeline",
    about="A Python path feeds a table whose readers look on, and nothing breaks",
    claims=(
        "capture",
        "change-order",
        "capture-once",
        "convergence",
        "freshness",
        "source-durability",
        "schema-ids",
    ),
    topology=Topology(registry=True, mysql=True),
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders", rows=30),),
        writers=(
            Writers(
                tables=("orders",),
                count=2,
                keys=16,
                mix={"insert": 3, "update": 6, "delete": 2, "multi-row": 2},
            ),
        ),
        paths=(
            Path(
                name="python",
                feed=Feed(kind="binlog", compatibility="BACKWARD"),
                copies=(Copy(kind="table", name="copy", staleness_s=1.0),),
            ),
        ),
        readers=(Readers(copy="copy", rate_per_s=200.0),),
    ),
    baseline_acks=500,
)


def with_writers(name: str, **mix: int) -> Scenario:
    """The traffic of CALM by writers of many rows with another mix."""
    writers = (Writers(tables=("orders",), count=2, keys=256, mix=mix),)
    workload = msgspec.structs.replace(CALM.pipeline, writers=writers)
    return msgspec.structs.replace(CALM, name=name, workload=workload)


SCENARIOS = {
    "keep-removed": with_writers("removing", insert=3, delete=2),
    "tear-commit-apart": with_writers("in-transactions", **{"insert": 1, "multi-row": 2}),
    "let-all-in": find("s-none"),
    "forget-schemas": find("s-alias"),
}
PLANTINGS = [
    (name, kind)
    for name, bug in BUGS.items()
    if name not in connect_bugs.SCENARIOS
    for kind in bug.shows
    if kind in OF_PIPELINES and kind != "repeated-snapshot"
]


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_bug_nothing_is_found(run_fake: RunFake, seed: int) -> None:
    run = run_fake(CALM, seed)
    run.must_be_valid()
    assert run.verdict.findings == ()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("bug", "kind"), PLANTINGS)
def test_a_planted_bug_is_found(run_fake: RunFake, bug: str, kind: str, seed: int) -> None:
    run_fake(SCENARIOS.get(bug, CALM), seed, bug).must_show(kind)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_that_a_snapshot_repeats_is_found(run_fake: RunFake, seed: int) -> None:
    # No scenario claims that snapshots show each row once, so it does not count.
    assert run_fake(find("cdc"), seed, "repeat-snapshot").verdict.shows("repeated-snapshot")
