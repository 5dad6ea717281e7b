"""What PostgreSQL keeps for a connector and of a commit, each beside a twin that loses it."""

import msgspec
import pytest

from harness.api import (
    Feed,
    Limits,
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

from . import test_postgres as postgres

pytestmark = [pytest.mark.docker, pytest.mark.pipeline, pytest.mark.nightly]

PATH = postgres.WHOLE_ROWS.pipeline.paths[0]
STILL = (after(acks=50).stop_connector("connect/topics"), after(acks=100).heal("stop-connector"))
STOPPED = Scenario(
    name="pg-stopped",
    about="The connector is stopped for a while, and its slot keeps what it has yet to read",
    claims=("capture", "running"),
    topology=postgres.WHOLE_ROWS.topology,
    workload=msgspec.structs.replace(
        postgres.WHOLE_ROWS.pipeline,
        tables=(SourceTable(name="orders", columns={"note": "TEXT"}),),
    ),
    steps=STILL,
    baseline_acks=200,
    aftermath_acks=100,
    limits=Limits(settle_s=30.0),
)
DROPS_ITS_SLOT = worse_path(
    STOPPED,
    "pg-stopped-bad",
    "slot.drop.on.stop=true: what is written while the connector is stopped is in no slot",
    feed={"slot.drop.on.stop": True},
)
FROZEN = msgspec.structs.replace(
    STOPPED,
    name="pg-slot",
    about="The worker freezes for a while, and the connector's slot keeps what it has yet to read",
    workload=msgspec.structs.replace(STOPPED.pipeline, auto_restart=True),
    steps=(
        after(acks=50).pause(task("connect/topics")),
        after(acks=100).heal("pause"),
    ),
)
MOVED_ON = msgspec.structs.replace(
    STOPPED,
    name="pg-advanced",
    about="While the connector is stopped an operator moves its slot to the end of the log",
    steps=(STILL[0], after(acks=50).advance_slot("connect/topics"), STILL[1]),
)
# Debezium 3.6.1 logs that it fails when the slot is ahead. It compares its offset with the slot's
# restart_lsn, which stays behind, and not with confirmed_flush_lsn, where the server goes on.
SAID_TO_FAIL = worse_path(
    MOVED_ON,
    "pg-advanced-offset",
    "offset.mismatch.strategy=trust_offset: the connector does not notice that its slot is ahead",
    feed={"offset.mismatch.strategy": "trust_offset"},
)
OUTRUN = msgspec.structs.replace(
    STOPPED,
    name="pg-outrun",
    about="The log grows by 24 MB while the connector is stopped, and its slot keeps all of it",
    steps=(STILL[0], after(acks=50).outrun_slot("connect/topics", 24), STILL[1]),
)
REMOVED = msgspec.structs.replace(
    OUTRUN,
    name="pg-outrun-bad",
    about="max_slot_wal_keep_size=12MB: the server gives up a slot that is further behind",
    twin_of=OUTRUN.name,
    topology=msgspec.structs.replace(
        OUTRUN.topology, postgres_settings={"max_slot_wal_keep_size": "12MB"}
    ),
)
# Nothing is deleted, so a new snapshot shows all that was written while there was no slot.
DROPPED = msgspec.structs.replace(
    STOPPED,
    name="pg-dropped",
    about="The slot of a stopped connector is dropped, and a new snapshot makes up for it",
    claims=("convergence", "running"),
    workload=msgspec.structs.replace(
        STOPPED.pipeline,
        writers=(Writers(tables=("orders",), keys_rise=True, mix={"insert": 3, "update": 3}),),
        paths=(
            msgspec.structs.replace(
                PATH, feed=Feed(kind="debezium", settings={"snapshot.mode": "when_needed"})
            ),
        ),
    ),
    steps=(STILL[0], after(acks=50).drop_slot("connect/topics"), STILL[1]),
)
TRUSTS_THE_SLOT = worse_path(
    DROPPED,
    "pg-dropped-bad",
    "offset.mismatch.strategy=trust_slot: the connector continues where its new slot starts",
    feed={"offset.mismatch.strategy": "trust_slot"},
)
INITIAL = worse_path(
    DROPPED,
    "pg-dropped-stops",
    "snapshot.mode=initial: a connector that has lost its slot does not go on",
    feed={"snapshot.mode": "initial"},
)
DELETED_MEANWHILE = msgspec.structs.replace(
    DROPPED,
    name="pg-dropped-deletes",
    about="Rows are deleted while there is no slot, and a new snapshot does not say so",
    workload=msgspec.structs.replace(
        DROPPED.pipeline,
        writers=(
            msgspec.structs.replace(
                DROPPED.pipeline.writers[0], mix={"insert": 3, "update": 3, "delete": 2}
            ),
        ),
    ),
)
CRASH = Scenario(
    name="pg-crash",
    about="The server is killed under load: what it acknowledged is there when it is back",
    claims=("source-durability",),
    # The longest time that the server may take to write out what no commit waits for.
    topology=Topology(brokers=0, postgres=True, postgres_settings={"wal_writer_delay": "10s"}),
    workload=PipelineWorkload(
        source="postgres",
        tables=(SourceTable(name="orders", columns={"note": "TEXT"}),),
        writers=(Writers(tables=("orders",), count=2, mix={"insert": 3, "update": 3}),),
    ),
    steps=(
        after(acks=200).kill(service("postgres")),
        after(seconds=1).heal("kill"),
    ),
    baseline_acks=100,
    aftermath_acks=100,
)
ANSWERS_FIRST = msgspec.structs.replace(
    CRASH,
    name="pg-crash-bad",
    about="synchronous_commit=off: commits are acknowledged before they are in the log on disk",
    twin_of=CRASH.name,
    topology=msgspec.structs.replace(
        CRASH.topology,
        postgres_settings={**CRASH.topology.postgres_settings, "synchronous_commit": False},
    ),
)

SCENARIOS = (
    STOPPED,
    DROPS_ITS_SLOT,
    FROZEN,
    MOVED_ON,
    SAID_TO_FAIL,
    OUTRUN,
    REMOVED,
    DROPPED,
    TRUSTS_THE_SLOT,
    INITIAL,
    DELETED_MEANWHILE,
    CRASH,
    ANSWERS_FIRST,
)


@pytest.mark.parametrize(
    "scenario", [STOPPED, FROZEN, OUTRUN, DROPPED, CRASH], ids=lambda scenario: scenario.name
)
def test_what_is_promised_holds(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "kinds", "permitted_by"),
    [
        (DROPS_ITS_SLOT, ("failed-task", "missed-change"), "slot.drop.on.stop=true"),
        (MOVED_ON, ("missed-change",), "step advance-slot"),
        (SAID_TO_FAIL, ("missed-change",), "step advance-slot"),
        (REMOVED, ("missed-change",), "max_slot_wal_keep_size=12MB"),
        (TRUSTS_THE_SLOT, ("missing-row", "stale-row"), "offset.mismatch.strategy=trust_slot"),
        (INITIAL, ("failed-task", "missing-row", "stale-row"), "step drop-slot"),
        (DELETED_MEANWHILE, ("resurrected-row",), "snapshot.mode=when_needed"),
    ],
    ids=lambda part: part.name if isinstance(part, Scenario) else "",
)
def test_what_is_not_promised_shows(
    scenario: Scenario, kinds: tuple[str, ...], permitted_by: str, run_scenario: RunScenario
) -> None:
    run = run_scenario(scenario)
    run.must_show(kinds[0], hop=postgres.FEED_HOP, permitted_by=permitted_by)
    run.must_show_only(*kinds)


def test_what_was_acknowledged_too_early_is_lost(run_scenario: RunScenario) -> None:
    run = run_scenario(ANSWERS_FIRST)
    run.must_show("lost-change", hop="writers → postgres", permitted_by="synchronous_commit=off")
    run.must_show_only("lost-change")
