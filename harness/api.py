"""The few names that a scenario file imports.

    from harness.api import *   # or by name

A scenario is a value; `after(...)` begins a step and a fault's name ends it:

    steps = (
        after(acks=100).pause(followers("orders")),
        after(sends=200, limit_s=2).kill(leader("orders")),
        after(seconds=0).heal("pause"),
    )
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from harness.engine.run import Run
from harness.kit.errors import UsageError
from harness.kit.secrets import secret
from harness.model import roles
from harness.model.administration import Administrators
from harness.model.conditions import (
    Acks,
    Alone,
    Changes,
    Cleaned,
    Elapsed,
    Elected,
    FullyReplicated,
    Offsets,
    Reads,
    Rebalanced,
    Removed,
    Results,
    Sends,
    WaitCondition,
)
from harness.model.control import Control
from harness.model.fault import After, FaultSpec, Heal, OneOf, Step
from harness.model.legal import Legal
from harness.model.pipeline import (
    Cache,
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Race,
    Readers,
    SourceTable,
    Writers,
)
from harness.model.ports.groups import ResetTo
from harness.model.program import Program
from harness.model.roles import Role
from harness.model.scenario import Floor, Limits, Scenario
from harness.model.semantics import Line
from harness.model.topology import Topology
from harness.model.value import Scalar, Settings
from harness.model.workload import (
    Consumers,
    LogWorkload,
    Point,
    Processors,
    Producers,
    Stall,
    Topic,
    Transactions,
)

__all__ = [
    "Administrators",
    "Cache",
    "Consumers",
    "Control",
    "Copy",
    "Feed",
    "Floor",
    "Legal",
    "Limits",
    "Line",
    "LogWorkload",
    "Path",
    "PipelineWorkload",
    "Processors",
    "Producers",
    "Program",
    "Race",
    "Readers",
    "Role",
    "Run",
    "Scenario",
    "SourceTable",
    "Stall",
    "Step",
    "Topic",
    "Topology",
    "Transactions",
    "Writers",
    "after",
    "after_election",
    "after_rebalance",
    "after_shrink",
    "broker",
    "brokers",
    "controller",
    "coordinator",
    "follower",
    "followers",
    "leader",
    "member",
    "metadata",
    "same_as",
    "secret",
    "service",
    "task",
    "transaction_coordinator",
    "worker",
    "worse",
    "worse_cache",
    "worse_path",
]


def leader(topic: str, partition: int = 0) -> Role:
    """The broker that leads the partition when the step begins."""
    return roles.Leader(topic=topic, partition=partition)


def followers(topic: str, partition: int = 0) -> Role:
    """The brokers that follow the partition's leader when the step begins."""
    return roles.Followers(topic=topic, partition=partition)


def follower(topic: str, partition: int = 0, *, index: int = 0) -> Role:
    """One of them: that of this index, from 0, in order of name."""
    return roles.Followers(topic=topic, partition=partition, index=index)


def controller() -> Role:
    """Whoever is controller when the step begins: a broker, or with KRaft a service of its own."""
    return roles.Controller()


def broker(index: int | None = None) -> Role:
    """The broker of that index from 0; None lets the seed draw one."""
    return roles.Broker(index=index)


def brokers() -> Role:
    """All brokers, in order of name."""
    return roles.Brokers()


def metadata() -> Role:
    """Whoever keeps the cluster's metadata: all ZooKeeper servers, or all KRaft controllers."""
    return roles.Metadata()


def coordinator(consumers: str) -> Role:
    """The broker that coordinates the group of those consumers when the step begins."""
    return roles.Coordinator(consumers=consumers)


def member(consumers: str, index: int | None = None) -> Role:
    """One of those consumers, from 0; all of them unless an index is given."""
    return roles.Member(consumers=consumers, index=index)


def service(name: str) -> Role:
    """A service by name, such as `mysql`."""
    return roles.Service(name=name)


def task(connector: str, index: int = 0) -> Role:
    """The Connect worker that runs the task of that index, from 0, when the step begins.

    Args:
        connector: the place that it fills: `PATH/topics` is the feed, `PATH/COPY` a copy.
        index: of the task.
    """
    return roles.Task(connector=connector, index=index)


def transaction_coordinator(producer: str = "producer-0") -> Role:
    """The broker that coordinates the transactions of a producer: such as `producer-0`."""
    return roles.TransactionCoordinator(producer=producer)


def worker(processors: str, index: int = 0) -> Role:
    """The worker of that index, from 0, of the processors of that name."""
    return service(f"{processors}-{index}")


def same_as(step: str) -> Role:
    """Whatever the step of that name resolved to."""
    return roles.SameAs(step=step)


def after(  # noqa: PLR0913 - each is a count that a step may wait for
    *,
    acks: int = 0,
    sends: int = 0,
    results: int = 0,
    reads: int = 0,
    changes: int = 0,
    offsets: int = 0,
    removed: int = 0,
    cleaned: bool = False,
    seconds: float = 0.0,
    whole: bool = False,
    limit_s: float = 30.0,
    spread: float = 0.0,
) -> "Moment":
    """The moment when all of this has come; see `harness.model.conditions` for each of them."""
    counts: tuple[tuple[object, WaitCondition], ...] = (
        (acks, Acks(count=acks)),
        (sends, Sends(count=sends)),
        (results, Results(count=results)),
        (reads, Reads(count=reads)),
        (changes, Changes(count=changes)),
        (offsets, Offsets(count=offsets)),
        (removed, Removed(count=removed)),
        (cleaned, Cleaned()),
        (seconds, Elapsed(seconds=seconds)),
        (whole, FullyReplicated()),
    )
    # What takes a look at the cluster comes last.
    asked = tuple(condition for given, condition in counts if given != 0)
    return Moment(After(conditions=asked, limit_s=limit_s, spread=spread))


def after_election(topic: str, *, sends: int = 0, limit_s: float = 30.0) -> "Moment":
    """The moment when another than before leads the first partition of a topic."""
    counted: tuple[WaitCondition, ...] = (Sends(count=sends),) if sends != 0 else ()
    return Moment(After(conditions=(*counted, Elected(topic=topic)), limit_s=limit_s))


def after_shrink(topic: str, *, limit_s: float = 30.0) -> "Moment":
    """The moment when no replica but the leader is in sync with the first partition of a topic."""
    return Moment(After(conditions=(Alone(topic=topic),), limit_s=limit_s))


def after_rebalance(group: str, *, limit_s: float = 30.0) -> "Moment":
    """The moment when a group of consumers or processors has settled with other members."""
    return Moment(After(conditions=(Rebalanced(group=group),), limit_s=limit_s))


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that waits for what is to be done in it.

    Every method takes `name`, by which later steps speak of this one; it is the method's own name
    unless given.
    """

    when: After

    def kill(self, target: Role, *, name: str = "kill") -> Step:
        """SIGKILL every target."""
        return self.fault("process.kill", target, name=name)

    def stop(self, target: Role, *, name: str = "stop") -> Step:
        """Stop every target gracefully."""
        return self.fault("process.stop", target, name=name)

    def pause(self, target: Role, *, name: str = "pause") -> Step:
        """Freeze every target."""
        return self.fault("process.pause", target, name=name)

    def restart(self, target: Role, *, name: str = "restart", how: str = "stop") -> Step:
        """End (`stop` or `kill`) every target and start it again at once."""
        return self.fault("process.restart", target, name=name, how=how)

    def rolling_restart(
        self, target: Role, *, name: str = "rolling-restart", how: str = "stop"
    ) -> Step:
        """Restart the targets one by one, each when all is replicated again."""
        return self.fault("process.rolling-restart", target, name=name, how=how)

    def wipe(self, target: Role, *, name: str = "wipe") -> Step:
        """SIGKILL every target and delete its data."""
        return self.fault("disk.wipe", target, name=name)

    def cut_power(self, target: Role, *, name: str = "cut-power") -> Step:
        """SIGKILL all targets at once; their disks lose what was not synced (`own_disks`)."""
        return self.fault("disk.cut-power", target, name=name)

    def isolate(self, target: Role, *, name: str = "isolate", metadata: bool = False) -> Step:
        """Cut every target off from the other brokers (and from whoever keeps the metadata)."""
        return self.fault("network.isolate", target, name=name, metadata=metadata)

    def delay(self, target: Role, *, latency_ms: int, name: str = "delay") -> Step:
        """Hold back what clients receive from every target."""
        return self.fault("network.delay", target, name=name, latency_ms=latency_ms)

    def cut_link(self, target: Role, *, caller: str, name: str = "cut-link") -> Step:
        """Let nothing pass from `caller` (a service, or `connect` for all workers) to targets."""
        return self.fault("network.cut-link", target, name=name, caller=caller)

    def flush(self, target: Role, *, name: str = "flush") -> Step:
        """Delete every key of every target, a Redis."""
        return self.fault("redis.flush", target, name=name)

    def elect(self, topic: str, partition: int = 0, *, name: str = "elect") -> Step:
        """Let any replica that lives lead the partition, in sync or not."""
        target = brokers()
        return self.fault("leader.elect", target, name=name, topic=topic, partition=partition)

    def restart_task(self, connector: str, index: int = 0, *, name: str = "restart-task") -> Step:
        """Restart one task of a connector."""
        target = task(connector, index)
        return self.fault(
            "connect.restart-task", target, name=name, connector=connector, task=index
        )

    def register_schema(self, topic: str, change: str, *, name: str = "register") -> Step:
        """Register a changed version of the schema of a topic's values, at the registry.

        What changes is `version-as-text` or `columns-reversed`.
        """
        target = service("registry")
        return self.fault("schema.register", target, name=name, topic=topic, change=change)

    def one_of(self, *choices: Step, name: str) -> Step:
        """One of the faults of `choices`, which the seed draws.

        Raises:
            UsageError: there are none, or one of them breaks nothing.
        """
        faults = tuple(each.fault for each in choices if each.fault is not None)
        if not faults or len(faults) < len(choices):
            raise UsageError(
                f"one_of(..., name={name!r}): expected at least one step, each with a fault; got "
                f"{len(choices)} steps, {len(faults)} of them with a fault"
            )
        return Step(name=name, after=self.when, deed=OneOf(choices=faults))

    def alter(self, table: str, clause: str, *, name: str = "alter") -> Step:
        """ALTER TABLE of the source, with what MySQL is told behind the table's name."""
        return self.fault("table.alter", service("mysql"), name=name, table=table, clause=clause)

    def remove_unlogged(self, table: str, rows: int = 5, *, name: str = "remove-unlogged") -> Step:
        """Remove rows of a table in a session with `sql_log_bin=0`, as who mends data by hand."""
        target = service("mysql")
        return self.fault("table.remove-unlogged", target, name=name, table=table, rows=rows)

    def hold(self, target: Role, *, at: Point, name: str = "hold") -> Step:
        """Hold every target, a worker, where it comes to that point next."""
        return self.fault("worker.hold", target, name=name, point=at)

    def poison(self, topic: str, partition: int = 0, *, name: str = "poison") -> Step:
        """Send a record that cannot be decoded to a partition of a topic."""
        target = leader(topic, partition)
        return self.fault("topic.poison", target, name=name, topic=topic, partition=partition)

    def add_partitions(self, topic: str, total: int, *, name: str = "add-partitions") -> Step:
        """Let a topic have `total` partitions."""
        target = leader(topic)
        return self.fault("topic.add-partitions", target, name=name, topic=topic, total=total)

    def configure(
        self, topic: str, setting: str, value: Scalar, *, name: str = "configure"
    ) -> Step:
        """Change a setting of a topic."""
        settings: Settings = {"topic": topic, "setting": setting, "value": value}
        return self.fault("topic.configure", leader(topic), name=name, **settings)

    def hang(self, target: Role, *, name: str = "hang") -> Step:
        """Let members hang with records in their hand; they do not poll."""
        return self.fault("member.hang", target, name=name)

    def join(self, target: Role, *, name: str = "join") -> Step:
        """Let members come that are not there yet."""
        return self.fault("member.join", target, name=name)

    def leave(self, target: Role, *, name: str = "leave") -> Step:
        """Let members leave their group; healed, they come back."""
        return self.fault("member.leave", target, name=name)

    def reset_group(
        self, consumers: str, to: ResetTo, value: float = 0.0, *, name: str = "reset"
    ) -> Step:
        """Let a group without members go on from elsewhere; `time` is seconds before the newest."""
        settings: Settings = {"consumers": consumers, "to": to, "value": value}
        return self.fault("group.reset", member(consumers), name=name, **settings)

    def go_on(self, *, name: str = "wait") -> Step:
        """Do nothing: traffic goes on until this moment, and the steps after it."""
        return Step(name=name, after=self.when)

    def heal(self, step: str, *, name: str | None = None) -> Step:
        """Heal what the step of that name broke."""
        return Step(name=name or f"heal-{step}", after=self.when, deed=Heal(step=step))

    def fault(self, kind: str, target: Role, *, name: str, **settings: Scalar) -> Step:
        """Inject a fault of any kind."""
        spec = FaultSpec(kind=kind, target=target, settings=settings)
        return Step(name=name, after=self.when, deed=spec)


OF_CONSUMERS = frozenset(Consumers.__struct_fields__) - frozenset(Producers.__struct_fields__)
OF_PROCESSORS = {"progress", "lanes", "deduplicated", "versioned"}


def worse(
    scenario: Scenario,
    name: str,
    about: str,
    *,
    producers: Settings | None = None,
    topics: Settings | None = None,
    consumers: Settings | None = None,
    processors: Settings | None = None,
    **changes: object,
) -> Scenario:
    """The known-bad twin of `scenario`: the same traffic, faults and claims, settings worse.

    Args:
        scenario: the known-good one.
        name: the twin's own name.
        about: what the twin gets wrong, in a sentence.
        producers: client settings laid over those of every producer.
        topics: settings laid over those of every topic.
        consumers: client settings laid over those of every consumer.
        processors: settings laid over those of the consumer of every processor.
        changes: fields of every producer (`ending`), topic (`replicas`), consumer (`static`) or
            processor (`progress`, `versioned`) to replace.
    """
    workload = scenario.log_workload
    of_topic = {key: value for key, value in changes.items() if key in Topic.__struct_fields__}
    of_consumer = {key: value for key, value in changes.items() if key in OF_CONSUMERS}
    of_processor = {key: value for key, value in changes.items() if key in OF_PROCESSORS}
    known = {**of_topic, **of_consumer, **of_processor}
    of_producer = {key: value for key, value in changes.items() if key not in known}
    replace = msgspec.structs.replace
    return replace(
        scenario,
        name=name,
        about=about,
        twin_of=scenario.name,
        workload=replace(
            workload,
            consumers=tuple(
                replace(each, settings={**each.settings, **(consumers or {})}, **of_consumer)
                for each in workload.consumers
            ),
            topics=tuple(
                replace(each, settings={**each.settings, **(topics or {})}, **of_topic)
                for each in workload.topics
            ),
            producers=tuple(
                replace(each, settings={**each.settings, **(producers or {})}, **of_producer)
                for each in workload.producers
            ),
            processors=tuple(
                replace(each, consumer={**each.consumer, **(processors or {})}, **of_processor)
                for each in workload.processors
            ),
        ),
    )


def worse_path(
    scenario: Scenario,
    name: str,
    about: str,
    *,
    feed: Settings | None = None,
    copies: Mapping[str, Settings] | None = None,
    compatibility: str | None = None,
    workers: Settings | None = None,
) -> Scenario:
    """The known-bad twin of a pipeline: the same traffic, faults and claims, settings worse.

    Args:
        scenario: the known-good one.
        name: the twin's own name.
        about: what the twin gets wrong, in a sentence.
        feed: settings laid over those of every feed.
        copies: settings laid over those of the copies of that name.
        compatibility: what the registry asks of new schemas of every path, when given.
        workers: settings laid over those of the Connect workers: it needs a stack of its own.
    """
    replace = msgspec.structs.replace
    paths = tuple(
        replace(
            path,
            feed=replace(
                path.feed,
                settings={**path.feed.settings, **(feed or {})},
                compatibility=compatibility or path.feed.compatibility,
            ),
            copies=tuple(
                replace(each, settings={**each.settings, **(copies or {}).get(each.name, {})})
                for each in path.copies
            ),
        )
        for path in scenario.pipeline.paths
    )
    topology = replace(
        scenario.topology,
        connect_settings={**scenario.topology.connect_settings, **(workers or {})},
    )
    workload = replace(scenario.pipeline, paths=paths)
    return replace(
        scenario,
        name=name,
        about=about,
        twin_of=scenario.name,
        topology=topology,
        workload=workload,
    )


def worse_cache(scenario: Scenario, name: str, about: str, **settings: Scalar) -> Scenario:
    """The known-bad twin of a scenario with caches of the application: settings worse, else equal.

    Args:
        scenario: the known-good one.
        name: the twin's own name.
        about: what the twin gets wrong, in a sentence.
        settings: laid over those of every such cache.
    """
    replace = msgspec.structs.replace
    caches = tuple(
        replace(each, settings={**each.settings, **settings}) for each in scenario.pipeline.caches
    )
    workload = replace(scenario.pipeline, caches=caches)
    return replace(scenario, name=name, about=about, twin_of=scenario.name, workload=workload)
