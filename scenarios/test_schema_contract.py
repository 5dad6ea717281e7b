"""The schema contract: what the registry lets in, readers can read."""

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
    service,
    worse_path,
)
from harness.plugin import RunScenario

from . import test_connect_path as connect_path

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

SINK = "connect/topics → connect/warehouse (jdbc)"
POISONED = Scenario(
    name="cn-poison",
    about="A record that a sink cannot decode ends up in its dead-letter queue",
    # Not `capture`: the run itself sends what nobody can decode.
    claims=(
        "change-order",
        "capture-once",
        "convergence",
        "source-durability",
        "running",
        "no-skips",
    ),
    topology=connect_path.FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=REFUSED.pipeline.writers,
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium"),
                copies=(
                    Copy(
                        kind="jdbc",
                        name="warehouse",
                        settings={
                            "errors.tolerance": "all",
                            "errors.deadletterqueue.topic.name": "dead-letters",
                        },
                    ),
                ),
            ),
        ),
    ),
    steps=(after(acks=50, spread=0.5).poison("connect/orders"),),
    aftermath_acks=100,
)
SKIPPED = worse_path(
    POISONED,
    "cn-poison-bad",
    "errors.tolerance=all and no dead-letter queue: the sink passes over what it cannot decode",
    copies={"warehouse": {"errors.deadletterqueue.topic.name": ""}},
)
STOPPED = msgspec.structs.replace(
    worse_path(
        POISONED,
        "cn-poison-stops",
        "errors.tolerance=none: the sink stops at what it cannot decode, and says so",
        copies={"warehouse": {"errors.tolerance": "none"}},
    ),
    limits=Limits(settle_s=10.0),  # what stands still does not settle
)

CLAIMS = ("capture", "change-order", "capture-once", "convergence", "source-durability", "running")
# Without deletes: a feed that polls cannot see them.
GROWING = (Writers(tables=("orders",), count=2, mix={"insert": 1, "update": 1}),)
ALTERED = Scenario(
    name="s-alter",
    about="A column is added and dropped again under load; every kind of path follows",
    claims=CLAIMS,
    topology=connect_path.FULL,
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=GROWING,
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium", compatibility="BACKWARD"),
                copies=(
                    Copy(kind="jdbc", name="warehouse", settings={"schema.evolution": "basic"}),
                ),
            ),
            Path(
                name="polled",
                feed=Feed(kind="jdbc", compatibility="BACKWARD"),
                copies=(Copy(kind="redis", name="cache"),),
            ),
            Path(
                name="python",
                feed=Feed(kind="binlog", compatibility="BACKWARD"),
                copies=(Copy(kind="table", name="copy"),),
            ),
        ),
    ),
    steps=(
        after(acks=50, spread=0.5).alter(
            "orders", "ADD COLUMN note VARCHAR(40) DEFAULT 'new'", name="add"
        ),
        after(acks=100).alter("orders", "DROP COLUMN note", name="drop"),
    ),
    aftermath_acks=50,
    limits=Limits(settle_s=20.0),
)
NOT_FOLLOWED = worse_path(
    ALTERED,
    "s-alter-bad",
    "schema.evolution=none: the sink stops at a column that its table lacks",
    copies={"warehouse": {"schema.evolution": "none"}},
)
REGISTRY_DIES = Scenario(
    name="s-down",
    about="The registry is gone for a while; who knows the schemas already does without",
    claims=CLAIMS,
    topology=connect_path.FULL,
    workload=msgspec.structs.replace(
        ALTERED.pipeline,
        paths=(ALTERED.pipeline.paths[0], *REFUSED.pipeline.paths),
        writers=REFUSED.pipeline.writers,
    ),
    steps=(
        after(acks=50, spread=0.5).kill(service("registry")),
        after(acks=150).heal("kill"),
    ),
    aftermath_acks=50,
)

JOURNALED = Scenario(
    name="s-alias",
    about="The registry is restarted while a new schema is rolled out, and knows all that it knew",
    claims=(*REFUSED.claims, "schema-ids"),
    topology=PYTHON,
    workload=REFUSED.workload,
    steps=(
        # Long enough for a journal of a second to be empty.
        after(seconds=5).restart(service("registry"), name="restart-1", how="kill"),
        # By then the feed writes by the id that its own schema was given, or given anew.
        after(offsets=300, whole=True).register_schema("python/orders", "columns-reversed"),
        after(seconds=5).restart(service("registry"), name="restart-2", how="kill"),
    ),
    aftermath_acks=50,
    limits=Limits(settle_s=20.0),
)
FORGETFUL = msgspec.structs.replace(
    JOURNALED,
    name="s-alias-bad",
    twin_of=JOURNALED.name,
    about="retention.ms=1000 of the registry's journal: after a restart it gives ids again",
    topology=msgspec.structs.replace(
        PYTHON,
        registry_settings={
            "apicurio.kafkasql.topic.retention.ms": 1000,
            # Since 3.1.3 it does not start with such a journal unless it is told to.
            "apicurio.kafkasql.topic-configuration-verification-override-enabled": True,
        },
    ),
)

SCENARIOS = (
    REFUSED,
    LET_IN,
    POISONED,
    SKIPPED,
    STOPPED,
    ALTERED,
    NOT_FOLLOWED,
    REGISTRY_DIES,
    JOURNALED,
    FORGETFUL,
)


def test_the_registry_refuses_what_readers_cannot_follow(run_scenario: RunScenario) -> None:
    run = run_scenario(REFUSED)
    run.must_be_valid()
    assert "refused it with 409" in run.witnessed("register")


def test_without_a_contract_readers_meet_what_they_cannot_read(run_scenario: RunScenario) -> None:
    run_scenario(LET_IN).must_show("undecodable", hop=FEED_HOP)


def test_what_a_sink_cannot_decode_is_in_its_dead_letter_queue(run_scenario: RunScenario) -> None:
    run_scenario(POISONED).must_be_valid()


def test_without_a_queue_a_tolerant_sink_loses_it_in_silence(run_scenario: RunScenario) -> None:
    run_scenario(SKIPPED).must_show("skipped-record", hop=SINK)


@pytest.mark.nightly
def test_an_intolerant_sink_stops_and_skips_nothing(run_scenario: RunScenario) -> None:
    run = run_scenario(STOPPED)
    run.must_show("failed-task", hop=SINK)
    assert not run.verdict.shows("skipped-record")


@pytest.mark.nightly
def test_a_column_comes_and_goes_and_every_path_follows(run_scenario: RunScenario) -> None:
    run_scenario(ALTERED).must_be_valid()


@pytest.mark.nightly
def test_a_sink_that_may_not_evolve_stops_at_a_new_column(run_scenario: RunScenario) -> None:
    run_scenario(NOT_FOLLOWED).must_show("failed-task", hop=SINK)


@pytest.mark.nightly
def test_nobody_misses_the_registry_for_a_while(run_scenario: RunScenario) -> None:
    run_scenario(REGISTRY_DIES).must_be_valid()


@pytest.mark.nightly
def test_ids_of_schemas_outlive_a_restart(run_scenario: RunScenario) -> None:
    run_scenario(JOURNALED).must_be_valid()


@pytest.mark.nightly
def test_a_registry_whose_journal_ends_gives_ids_again(run_scenario: RunScenario) -> None:
    run = run_scenario(FORGETFUL)
    run.must_show("schema-id-changed", hop=FEED_HOP)
    run.must_show("aliased-record", hop=FEED_HOP)
