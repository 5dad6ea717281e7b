"""The Connect path, hop by hop: each setting that a copy depends on, beside a twin without it."""

import msgspec
import pytest

from harness.api import (
    Copy,
    Feed,
    Limits,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
    followers,
    leader,
    service,
    task,
    worse_path,
)
from harness.plugin import RunScenario, nightly

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

FULL = Topology(registry=True, connect_workers=2, mysql=True, redis=True)

CLAIMS = ("capture", "change-order", "capture-once", "convergence", "source-durability")

COLUMNS = {
    "customer": "VARCHAR(40)",
    "amount": "DECIMAL(12, 4)",
    "note": "JSON",
    "placed_at": "DATETIME(6)",
}
"""Every version of a row looks different in each, down to the last digit."""
CAPTURED = Scenario(
    name="cdc",
    about="Inserts, updates and deletes flow through Debezium into a table and a cache",
    claims=(*CLAIMS, "running"),
    topology=FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders", columns=COLUMNS, rows=50),),
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
IN_MILLISECONDS = worse_path(
    CAPTURED,
    "dbz-precision",
    "time.precision.mode=connect: what a moment has below milliseconds is cut off",
    feed={"time.precision.mode": "connect"},
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
# The leader has appended what no follower takes, so it does not answer; then the worker loses it.
ANSWER_LOST = Scenario(
    name="cn-link",
    about="The worker loses its link to a leader that has its batch, before the answer",
    claims=CAPTURED.claims,
    topology=FULL,
    workload=WORKER_DIES.workload,
    steps=(
        after(acks=50, spread=0.5).pause(followers("connect/orders")),
        after(acks=100).cut_link(leader("connect/orders"), caller="connect"),
        after().heal("cut-link"),
        after().heal("pause"),
    ),
    aftermath_acks=100,
)
SENT_TWICE = worse_path(
    ANSWER_LOST,
    "cn-lostack",
    "exactly.once.source.support=disabled: the producer is not idempotent and sends a batch twice",
    workers={"exactly.once.source.support": "disabled"},
)
# No record gets out while followers are paused, so the queue is full and the reader of the binary
# log stands still. Its keep-alive takes that for a lost connection and opens a second one, and the
# first still hands over what it had received (a race of the client's, open since 2015).
HELD_UP = Scenario(
    name="dbz-held",
    about="No leader can acknowledge for longer than Debezium's queue lasts",
    claims=CAPTURED.claims,
    topology=FULL,
    workload=msgspec.structs.replace(
        CAPTURED.pipeline,
        # Narrow rows: what the first connection has received must be many events.
        tables=(SourceTable(name="orders", rows=50),),
        writers=(msgspec.structs.replace(CAPTURED.pipeline.writers[0], rate_per_s=100),),
        paths=(
            msgspec.structs.replace(
                CAPTURED.pipeline.paths[0],
                feed=Feed(kind="debezium", settings={"max.batch.size": 32, "max.queue.size": 64}),
            ),
        ),
    ),
    steps=(
        after(acks=100, spread=0.5).pause(followers("connect/orders")),
        after(seconds=4).heal("pause"),
    ),
    aftermath_acks=200,
)
SEEN_TWICE = worse_path(
    HELD_UP,
    "dbz-keepalive",
    "connect.keep.alive.interval.ms=1000: a reader that waits is taken for lost, and goes on",
    feed={"connect.keep.alive.interval.ms": 1000},
)
# Debezium's sink gives up when it cannot ask whether its table is there. It has a setting against
# that, connection.restart.on.errors, with which it asks for ever, over the connection that is lost.
MYSQL_DIES = Scenario(
    name="m-kill",
    about="The database of the source and of the sink is killed under load and comes back",
    claims=CAPTURED.claims,
    topology=FULL,
    workload=msgspec.structs.replace(CAPTURED.pipeline, auto_restart=True),
    steps=(
        after(acks=100, spread=0.5).kill(service("mysql")),
        after(seconds=2).heal("kill"),
    ),
    aftermath_acks=100,
    limits=Limits(settle_s=30.0),
)
GIVES_UP = msgspec.structs.replace(
    MYSQL_DIES,
    name="js-dbdown",
    about="auto_restart=false, as Connect is: a sink whose database went away stays FAILED",
    workload=CAPTURED.workload,
)

SCENARIOS = (
    CAPTURED,
    NO_SNAPSHOT,
    IN_MILLISECONDS,
    NO_DELETES,
    WORKER_DIES,
    SENT_AGAIN,
    ANSWER_LOST,
    SENT_TWICE,
    HELD_UP,
    SEEN_TWICE,
    MYSQL_DIES,
    GIVES_UP,
)


@pytest.mark.parametrize(
    "scenario",
    [CAPTURED, WORKER_DIES, nightly(ANSWER_LOST), nightly(HELD_UP), nightly(MYSQL_DIES)],
    ids=lambda scenario: scenario.name,
)
def test_every_change_arrives(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly", "hop"),
    [
        nightly(NO_SNAPSHOT, "missed-change", "mysql → connect/topics (debezium)"),
        nightly(IN_MILLISECONDS, "altered-row", "mysql → connect/topics (debezium)"),
        (NO_DELETES, "resurrected-row", "connect/topics → connect/warehouse (jdbc)"),
        nightly(GIVES_UP, "failed-task", "connect/topics → connect/warehouse (jdbc)"),
        nightly(SEEN_TWICE, "duplicate-change", "mysql → connect/topics (debezium)"),
        # These two need workers with another setting, and so a stack of their own.
        nightly(SENT_AGAIN, "duplicate-change", "mysql → connect/topics (debezium)"),
        nightly(SENT_TWICE, "duplicate-change", "mysql → connect/topics (debezium)"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_one_setting_worse_and_the_hop_is_named(
    scenario: Scenario, anomaly: str, hop: str, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show(anomaly, hop=hop)
