"""Delivery semantics side by side: the same traffic under the same faults, settings that differ.

`harness semantics` runs every line here and compares them; each is a scenario like any other. Rows
are only inserted, each is one record: what is lost or repeated can be counted one by one.
"""

from functools import partial

import msgspec
import pytest

from harness.api import (
    Consumers,
    Copy,
    Feed,
    Line,
    LogWorkload,
    Path,
    PipelineWorkload,
    Processors,
    Producers,
    Readers,
    Scenario,
    SourceTable,
    Step,
    Topic,
    Topology,
    Writers,
    after,
    followers,
    leader,
    same_as,
    task,
    worker,
)
from harness.checkers.verdict.effects import sample
from harness.model.semantics import SHOULD_SHOW, Guarantee
from harness.model.value import Settings
from harness.plugin import RunScenario, nightly

from . import test_connect_path as connect_path

pytestmark = pytest.mark.docker

CHANGES = "connect/orders"
FEED, SINK = "connect/topics", "connect/warehouse"
WITHOUT_EXACTLY_ONCE = msgspec.structs.replace(
    connect_path.FULL, connect_settings={"exactly.once.source.support": "disabled"}
)

whole = after(acks=100, spread=0.5, whole=True, limit_s=20)
# What comes out of the feed tells that workers have dealt out tasks anew since the last fault.
flowing = after(offsets=200, spread=0.5, whole=True)
CONNECT_FAULTS: tuple[Step, ...] = (
    # A leader that reads nothing any more, then dies with what is in its socket.
    after(acks=50, spread=0.5).pause(leader(CHANGES), name="pause-leader"),
    after(acks=100, seconds=1).kill(same_as("pause-leader"), name="kill-leader"),
    after(acks=100).heal("kill-leader"),
    # A task that ends in good order says how far it came; for a minute after that nobody does.
    whole.restart_task(FEED),
    after(acks=100, spread=0.5).kill(task(FEED), name="kill-feed-worker"),
    after(acks=50).heal("kill-feed-worker"),
    flowing.kill(task(SINK), name="kill-sink-worker"),
    after(acks=50).heal("kill-sink-worker"),
    # The leader has what no follower takes, so it does not answer; then the worker loses it.
    flowing.pause(followers(CHANGES), name="pause-followers"),
    after(acks=50).cut_link(leader(CHANGES), caller="connect"),
    after().heal("cut-link"),
    after().heal("pause-followers"),
)
SOURCE_KEEPS = ("source-durability", "running")
NOTHING_IS_LOST = ("capture", "change-order", *SOURCE_KEEPS)
ROWS_ONCE = (*NOTHING_IS_LOST, "convergence")
EVENTS_ONCE = (*ROWS_ONCE, "capture-once")

APPENDS: Settings = {"insert.mode": "insert", "primary.key.mode": "none", "delete.enabled": False}
UPSERTS: Settings = {"delete.enabled": False}


def connect_line(
    name: str,
    guarantee: Guarantee,
    how: str,
    claims: tuple[str, ...],
    *,
    topology: Topology,
    feed: Settings,
    sink: Settings,
) -> Line:
    """A line from MySQL through Debezium and topics into a table."""
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(
            Writers(tables=("orders",), count=2, mix={"insert": 9, "rollback": 1}, keys_rise=True),
        ),
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium", settings=feed),
                copies=(Copy(kind="jdbc", name="warehouse", settings=sink),),
            ),
        ),
        readers=(Readers(copy="warehouse", rate_per_s=20, tail=True),),
        auto_restart=True,
    )
    scenario = Scenario(
        name=name,
        about=f"{guarantee}: {how}",
        claims=claims,
        topology=topology,
        workload=workload,
        steps=CONNECT_FAULTS,
        aftermath_acks=100,
    )
    return Line(guarantee=guarantee, path="Connect", how=how, scenario=scenario)


# `required` would refuse to start where workers do not support it; with `requested` they decide.
REQUESTED: Settings = {"exactly.once.support": "requested"}
CONNECT_NONE = connect_line(
    "connect-none",
    "no guarantee",
    "the source's producer has acks=0, the sink inserts",
    SOURCE_KEEPS,
    topology=WITHOUT_EXACTLY_ONCE,
    feed={**REQUESTED, "producer.override.acks": "0"},
    sink=APPENDS,
)
CONNECT_AT_LEAST_ONCE = connect_line(
    "connect-at-least-once",
    "at-least-once",
    "the source without exactly-once support, the sink inserts",
    NOTHING_IS_LOST,
    topology=WITHOUT_EXACTLY_ONCE,
    feed=REQUESTED,
    sink=APPENDS,
)
CONNECT_SINK_INSERTS = connect_line(
    "connect-sink-inserts",
    "at-least-once",
    "the source with exactly-once support, the sink inserts",
    (*NOTHING_IS_LOST, "capture-once"),
    topology=connect_path.FULL,
    feed=REQUESTED,
    sink=APPENDS,
)
CONNECT_EFFECTIVELY_ONCE = connect_line(
    "connect-effectively-once",
    "effectively-once",
    "the source without exactly-once support, the sink upserts by key",
    ROWS_ONCE,
    topology=WITHOUT_EXACTLY_ONCE,
    feed=REQUESTED,
    sink=UPSERTS,
)
CONNECT_EXACTLY_ONCE = connect_line(
    "connect-exactly-once",
    "exactly-once",
    "the source with exactly-once support, the sink reads committed and upserts by key",
    EVENTS_ONCE,
    topology=connect_path.FULL,
    feed=REQUESTED,
    sink=UPSERTS,
)


RESULTS = "results"
FIRST, SECOND = worker("enrich", 0), worker("enrich", 1)
PYTHON_FAULTS: tuple[Step, ...] = (
    # A leader that reads nothing any more, then dies with what is in its socket.
    after(results=100, spread=0.5).pause(leader(RESULTS), name="pause-leader"),
    after(seconds=1).kill(same_as("pause-leader"), name="kill-leader"),
    after(acks=100).heal("kill-leader"),
    # A worker that dies with records in hand, of which it has sent nothing.
    after(results=100, spread=0.5, whole=True).hold(FIRST, at="before-produce"),
    after(seconds=1).kill(FIRST, name="kill-first"),
    after(results=50).heal("kill-first"),
    after().heal("hold"),
    # One that has sent its results, and remembers nothing of it.
    after(results=100, spread=0.5).hold(SECOND, at="before-commit", name="hold-second"),
    after().kill(SECOND, name="kill-second"),
    # Not after results: what its open transaction is to commit holds up whoever takes over.
    after(seconds=1).heal("kill-second"),
    after().heal("hold-second"),
    # The leader has what no follower takes, so it does not answer; then all clients lose it.
    after(results=100, whole=True).pause(followers(RESULTS), name="pause-followers"),
    after(seconds=1).cut_link(leader(RESULTS), caller="client"),
    after(seconds=1).heal("cut-link"),
    after().heal("pause-followers"),
)
SAFE: Settings = {"acks": "all", "enable.idempotence": True}


WORKERS = Processors(
    name="enrich",
    source="orders",
    sink=RESULTS,
    count=2,
    # Before it takes over, the group waits for a worker that is gone as long as its session lasts.
    consumer={"session.timeout.ms": 3000, "heartbeat.interval.ms": 500},
)


def python_line(
    name: str, guarantee: Guarantee, how: str, claims: tuple[str, ...], workers: Processors
) -> Line:
    """A line from a topic through two workers into another topic, from which a consumer reads."""
    workload = LogWorkload(
        topics=(Topic(name="orders", partitions=2), Topic(name=RESULTS)),
        producers=(Producers(name="shop", topic="orders", settings=SAFE, rate_per_s=200),),
        processors=(workers,),
        consumers=(Consumers(name="reader", topic=RESULTS, mode="assigned"),),
    )
    scenario = Scenario(
        name=name,
        about=f"{guarantee}: {how}",
        claims=claims,
        workload=workload,
        steps=PYTHON_FAULTS,
        aftermath_acks=200,
    )
    return Line(guarantee=guarantee, path="Python", how=how, scenario=scenario)


workers = partial(msgspec.structs.replace, WORKERS)
PYTHON_NONE = python_line(
    "python-none",
    "no guarantee",
    "acks=0, and the client commits delivered records in the background",
    ("integrity",),
    workers(progress="auto", producer={"acks": "0"}),
)
PYTHON_AT_MOST_ONCE = python_line(
    "python-at-most-once",
    "at-most-once",
    "commits, then processes",
    ("integrity", "no-duplicates"),
    workers(progress="before", producer=SAFE),
)
PYTHON_AT_LEAST_ONCE = python_line(
    "python-at-least-once",
    "at-least-once",
    "processes, then commits",
    ("integrity", "durability", "processing"),
    workers(progress="after", producer={"acks": "all"}),
)
PYTHON_EFFECTIVELY_ONCE = python_line(
    "python-effectively-once",
    "effectively-once",
    "processes, then commits; an idempotent producer, and readers keep one result of each record",
    ("integrity", "durability", "processing", "exactly-once", "no-duplicates"),
    workers(progress="after", producer=SAFE, deduplicated=True),
)
PYTHON_EXACTLY_ONCE = python_line(
    "python-exactly-once",
    "exactly-once",
    "offsets are committed in the transaction of the results, readers read committed",
    (
        "integrity",
        "durability",
        "processing",
        "exactly-once",
        "no-duplicates",
        "processing-once",
        "atomicity",
    ),
    workers(progress="transaction"),
)

SCENARIOS = (
    CONNECT_NONE,
    CONNECT_AT_LEAST_ONCE,
    CONNECT_SINK_INSERTS,
    CONNECT_EFFECTIVELY_ONCE,
    CONNECT_EXACTLY_ONCE,
    PYTHON_NONE,
    PYTHON_AT_MOST_ONCE,
    PYTHON_AT_LEAST_ONCE,
    PYTHON_EFFECTIVELY_ONCE,
    PYTHON_EXACTLY_ONCE,
)


ONCE = (
    CONNECT_EFFECTIVELY_ONCE,
    CONNECT_EXACTLY_ONCE,
    PYTHON_EFFECTIVELY_ONCE,
    PYTHON_EXACTLY_ONCE,
)
WEAKER = (
    CONNECT_NONE,
    CONNECT_AT_LEAST_ONCE,
    CONNECT_SINK_INSERTS,
    PYTHON_NONE,
    PYTHON_AT_MOST_ONCE,
    PYTHON_AT_LEAST_ONCE,
)


def marked(*lines: Line) -> list[object]:
    """Lines through Connect need the stack of a pipeline, lines of Python brokers alone."""
    pipeline = (pytest.mark.pipeline,)
    return [nightly(line, marks=pipeline if line.path == "Connect" else ()) for line in lines]


@pytest.mark.parametrize("line", marked(*ONCE), ids=lambda line: line.name)
def test_what_is_once_stays_once(line: Line, run_scenario: RunScenario) -> None:
    run_scenario(line.scenario).must_be_valid()


@pytest.mark.parametrize("line", marked(*WEAKER), ids=lambda line: line.name)
def test_what_is_weaker_shows_what_its_name_allows(line: Line, run_scenario: RunScenario) -> None:
    run = run_scenario(line.scenario)
    run.must_be_valid()
    shown = sample(run.verdict, run.folder.name, seed=0).at_the_end
    assert set(SHOULD_SHOW[line.guarantee]) <= set(shown), run.verdict.headline
