"""The Connect path, hop by hop: each setting that a copy depends on, beside a twin without it."""

import msgspec
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
    service,
    task,
    worse_path,
)
from harness.plugin import RunScenario

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

FULL = Topology(registry=True, connect_workers=2, mysql=True, redis=True)

CLAIMS = ("capture", "change-order", "capture-once", "convergence", "source-durability")

CAPTURED = Scenario(
    name="cdc",
    about="Inserts, updates and deletes flow through Debezium into a table and a cache",
    claims=(*CLAIMS, "running"),
    topology=FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders", rows=50),),
        writers=(
            Writers(tables=("orders",), count=2, mix={"insert": 3, "update": 3, "delete": 3}),
        ),
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium"),
                copies=(Copy(kind="jdbc", name="warehouse"), Copy(kind="redis", name="cache")),
            ),
        ),
    ),
    baseline_acks=200,
)
NO_SNAPSHOT = worse_path(
    CAPTURED,
    "dbz-nodata",
    "snapshot.mode=no_data: rows that were there before are never captured",
    feed={"snapshot.mode": "no_data"},
)
NO_DELETES = worse_path(
    CAPTURED,
    "js-nodelete",
    "delete.enabled=false: the sink never deletes",
    copies={"warehouse": {"delete.enabled": False}},
)

# `required` would refuse to start where workers do not support it; with `requested` they decide.
REQUESTED = Feed(kind="debezium", settings={"exactly.once.support": "requested"})
WORKER_DIES = Scenario(
    name="cn-worker",
    about="The Connect worker that runs the source dies under load",
    claims=CAPTURED.claims,
    topology=FULL,
    # A task that starts while the leader of the workers dies is FAILED: before its first record it
    # has the leader fence its predecessor (KIP-618), and asks nobody a second time.
    workload=msgspec.structs.replace(
        CAPTURED.pipeline,
        auto_restart=True,
        paths=(msgspec.structs.replace(CAPTURED.pipeline.paths[0], feed=REQUESTED),),
    ),
    # A task that ends in good order says how far it came; for a minute after that nobody does.
    steps=(
        after(acks=50).restart_task("connect/topics"),
        after(offsets=200, spread=0.5).kill(task("connect/topics")),
        after(acks=100).heal("kill"),
    ),
    aftermath_acks=100,
)
SENT_AGAIN = worse_path(
    WORKER_DIES,
    "cn-srcdup",
    "exactly.once.source.support=disabled: what the last flush of offsets missed is sent again",
    workers={"exactly.once.source.support": "disabled"},
)
# Without the sink: its own target would be gone as well, and it gives up after a few seconds.
MYSQL_DIES = Scenario(
    name="m-kill",
    about="The source is killed under load and comes back",
    claims=CAPTURED.claims,
    topology=FULL,
    workload=msgspec.structs.replace(
        CAPTURED.pipeline,
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium"),
                copies=(Copy(kind="redis", name="cache"),),
            ),
        ),
    ),
    steps=(
        after(acks=100, spread=0.5).kill(service("mysql")),
        after(seconds=2).heal("kill"),
    ),
    aftermath_acks=100,
)


@pytest.mark.parametrize(
    "scenario", [CAPTURED, WORKER_DIES, MYSQL_DIES], ids=lambda scenario: scenario.name
)
def test_every_change_arrives(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly", "hop"),
    [
        (NO_SNAPSHOT, "missed-change", "mysql → connect/topics (debezium)"),
        (NO_DELETES, "resurrected-row", "connect/topics → connect/warehouse (jdbc)"),
        (SENT_AGAIN, "duplicate-change", "mysql → connect/topics (debezium)"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_one_setting_worse_and_the_hop_is_named(
    scenario: Scenario, anomaly: str, hop: str, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show(anomaly, hop=hop)
