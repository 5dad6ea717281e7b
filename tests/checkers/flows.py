"""Short words for tests of pipelines: one table, one path, a sink table and a cache."""

from typing import Literal

import msgspec

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.history.flow_build import FlowBuilder
from harness.history.history import NOTHING
from harness.model.facts import Facts, FaultEvent, TaskEvent
from harness.model.pipeline.hops import connector_places, hops
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.traffic import Readers, SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Floor, Scenario
from harness.model.value import Scalar
from harness.model.verdict import Verdict

TOPICS, SINK, CACHE = "main/topics", "main/sink", "main/cache"
LOG = "orders-0"
SOURCE = "mysql"
FEED_HOP = f"{SOURCE} → {TOPICS} (debezium)"
SINK_HOP = f"{TOPICS} → {SINK} (jdbc)"
CACHE_HOP = f"{TOPICS} → {CACHE} (redis)"
SOURCE_HOP = f"writers → {SOURCE}"

EVENTS: tuple[Literal["asked", "injected", "witnessed", "healed"], ...] = (
    *("asked", "injected", "witnessed", "healed"),
)
FEED = Feed(kind="debezium")
JDBC = Copy(kind="jdbc", name="sink")
REDIS = Copy(kind="redis", name="cache", holds="cached", staleness_s=1.0)


def pipeline(
    *,
    feed: Feed = FEED,
    copies: tuple[Copy, ...] = (JDBC, REDIS),
    claims: tuple[str, ...] = (),
    more: tuple[Path, ...] = (),
    readers: tuple[Readers, ...] = (),
) -> Scenario:
    """A scenario of one path, and `more`."""
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"), SourceTable(name="items")),
        writers=(Writers(tables=("orders", "items")),),
        paths=(Path(name="main", feed=feed, copies=copies), *more),
        readers=readers,
    )
    return Scenario(
        name="flow", about="a test", claims=claims, workload=workload, floor=Floor(acks=0)
    )


def everything_read(scenario: Scenario) -> Facts:
    """Facts of a run whose final read was complete everywhere."""
    places = {place for hop in hops(scenario.pipeline) for place in (hop.origin, hop.target)}
    tasks = tuple(
        TaskEvent(time_ns=0, place=place, task="connector", state="RUNNING")
        for place in connector_places(scenario.pipeline)
    )
    return with_steps(Facts(drained=tuple(sorted(places)), tasks=tasks), scenario)


def with_steps(facts: Facts, scenario: Scenario) -> Facts:
    """The facts, in which every step began and every fault took effect and was healed."""
    return msgspec.structs.replace(
        facts,
        begun=tuple(step.name for step in scenario.steps),
        faults=tuple(
            FaultEvent(step=step.name, kind=step.fault.kind, targets=(), event=event, time_ns=0)
            for step in scenario.steps
            if step.fault is not None
            for event in EVENTS
        ),
    )


class Run:
    """A flow with its writes, its commits and its final reads, a line each."""

    def __init__(self) -> None:
        self.flow = FlowBuilder(HistoryBuilder())

    def put(self, *keys: int, table: str = "orders") -> int:
        """Write and commit rows in one transaction; answers with their version."""
        op = self.flow.write("writer", *((table, key) for key in keys))
        self.flow.commit(*((table, key, op) for key in keys))
        return op

    def drop(self, *keys: int, table: str = "orders") -> int:
        """Remove rows in one transaction."""
        op = self.flow.write("writer", *((table, key) for key in keys), delete=True)
        self.flow.commit(*((table, key, NOTHING) for key in keys))
        return op

    def captured(self, *without: int) -> None:
        """The topics hold an event of each change, but for those with these numbers."""
        changes = [each for at, each in enumerate(self.flow.changes) if at not in without]
        self.flow.events(TOPICS, LOG, changes)

    def copied(self, *places: str) -> None:
        """The source, and `places` (the sink and the cache), hold the source's rows."""
        self.flow.rows(SOURCE, self.flow.state())
        for place in places or (SINK, CACHE):
            self.flow.rows(place, self.flow.state())

    def verdict(self, scenario: Scenario | None = None, facts: Facts | None = None) -> Verdict:
        """Judge it; fails when a checker broke down."""
        scenario = scenario or pipeline()
        facts = facts or everything_read(scenario)
        verdict = judge(self.flow.history(), facts, scenario)
        broken = [result.unknown for result in verdict.checkers if result.unknown]
        assert broken == []
        assert not any("hop table" in reason for reason in verdict.unknowns)
        return verdict


def blamed(verdict: Verdict) -> dict[str, dict[str, int]]:
    """What was found, by kind and hop."""
    assert all(sum(each.hops.values()) == each.count for each in verdict.findings)
    return {finding.kind: finding.hops for finding in verdict.findings}


def feed(kind: Literal["debezium", "jdbc", "binlog", "polling"] = "debezium", **of: Scalar) -> Feed:
    """A feed with settings; underscores stand for dots."""
    return Feed(kind=kind, settings={name.replace("_", "."): value for name, value in of.items()})


def sink(**of: Scalar) -> Copy:
    """The sink with settings; underscores stand for dots."""
    settings = {name.replace("_", "."): value for name, value in of.items()}
    return msgspec.structs.replace(JDBC, settings=settings)
