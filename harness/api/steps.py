"""Steps: a condition and the fault, heal or request that follows it."""

from dataclasses import dataclass

from harness.api.roles import brokers, leader, member, service, task
from harness.kit.errors import UsageError
from harness.model.fault import After, FaultSpec, Heal, OneOf, Step
from harness.model.ports.groups import ResetTo
from harness.model.roles import Role
from harness.model.value import Scalar, Settings
from harness.model.workload import Point


@dataclass(frozen=True, slots=True)
class Moment:
    """A condition, to which a method adds an action.

    Every method takes `name`, with which later steps refer to this step. The default is the name of
    the method.
    """

    when: After

    def kill(self, target: Role, *, name: str = "kill") -> Step:
        """Kill every target with SIGKILL."""
        return self.fault("process.kill", target, name=name)

    def stop(self, target: Role, *, name: str = "stop") -> Step:
        """Stop every target gracefully."""
        return self.fault("process.stop", target, name=name)

    def pause(self, target: Role, *, name: str = "pause") -> Step:
        """Freeze every target."""
        return self.fault("process.pause", target, name=name)

    def restart(self, target: Role, *, name: str = "restart", how: str = "stop") -> Step:
        """Stop (`stop` or `kill`) every target and start it again at once."""
        return self.fault("process.restart", target, name=name, how=how)

    def rolling_restart(
        self, target: Role, *, name: str = "rolling-restart", how: str = "stop"
    ) -> Step:
        """Restart the targets one by one, each after full replication."""
        return self.fault("process.rolling-restart", target, name=name, how=how)

    def wipe(self, target: Role, *, name: str = "wipe") -> Step:
        """Kill every target with SIGKILL and delete its data."""
        return self.fault("disk.wipe", target, name=name)

    def cut_power(self, target: Role, *, name: str = "cut-power") -> Step:
        """Kill all targets at once; their disks lose unsynced data (needs `own_disks`)."""
        return self.fault("disk.cut-power", target, name=name)

    def isolate(self, target: Role, *, name: str = "isolate", metadata: bool = False) -> Step:
        """Isolate every target from the other brokers (and, with `metadata`, from the quorum)."""
        return self.fault("network.isolate", target, name=name, metadata=metadata)

    def delay(self, target: Role, *, latency_ms: int, name: str = "delay") -> Step:
        """Delay everything that clients receive from every target."""
        return self.fault("network.delay", target, name=name, latency_ms=latency_ms)

    def cut_link(self, target: Role, *, caller: str, name: str = "cut-link") -> Step:
        """Cut the link from `caller` (a service, or `connect` for all workers) to the targets."""
        return self.fault("network.cut-link", target, name=name, caller=caller)

    def flush(self, target: Role, *, name: str = "flush") -> Step:
        """Delete all keys of every target Redis."""
        return self.fault("redis.flush", target, name=name)

    def elect(self, topic: str, partition: int = 0, *, name: str = "elect") -> Step:
        """Elect any live replica as leader of the partition, in sync or not."""
        target = brokers()
        return self.fault("leader.elect", target, name=name, topic=topic, partition=partition)

    def restart_task(self, connector: str, index: int = 0, *, name: str = "restart-task") -> Step:
        """Restart one task of a connector."""
        target = task(connector, index)
        return self.fault(
            "connect.restart-task", target, name=name, connector=connector, task=index
        )

    def stop_connector(self, connector: str, *, name: str = "stop-connector") -> Step:
        """Stop a connector; its tasks shut down cleanly. A heal resumes it."""
        return self.fault("connect.stop", task(connector), name=name, connector=connector)

    def drop_slot(self, connector: str, *, name: str = "drop-slot") -> Step:
        """Drop the replication slot of a feed, as an operator does when a disk fills up."""
        return self.fault("slot.drop", service("postgres"), name=name, connector=connector)

    def advance_slot(self, connector: str, *, name: str = "advance-slot") -> Step:
        """Move the replication slot of a feed that does not read to the end of the log."""
        return self.fault("slot.advance", service("postgres"), name=name, connector=connector)

    def outrun_slot(self, connector: str, megabytes: int, *, name: str = "outrun-slot") -> Step:
        """Let the log grow past what the replication slot of a feed has read."""
        settings: Settings = {"connector": connector, "megabytes": megabytes}
        return self.fault("slot.outrun", service("postgres"), name=name, **settings)

    def register_schema(self, topic: str, change: str, *, name: str = "register") -> Step:
        """Register a new version of a topic's value schema.

        `change` is `version-as-text` or `columns-reversed`.
        """
        target = service("registry")
        return self.fault("schema.register", target, name=name, topic=topic, change=change)

    def one_of(self, *choices: Step, name: str) -> Step:
        """Inject one of the faults of `choices`; the seed decides which.

        Raises:
            UsageError: `choices` is empty, or a step in it has no fault.
        """
        faults = tuple(each.fault for each in choices if each.fault is not None)
        if not faults or len(faults) < len(choices):
            raise UsageError(
                f"one_of(..., name={name!r}): expected at least one step, each with a fault; got "
                f"{len(choices)} steps, {len(faults)} of them with a fault"
            )
        return Step(name=name, after=self.when, deed=OneOf(choices=faults))

    def alter(self, table: str, clause: str, *, name: str = "alter") -> Step:
        """Run ALTER TABLE at the source; `clause` follows the table's name."""
        return self.fault("table.alter", service("mysql"), name=name, table=table, clause=clause)

    def remove_unlogged(self, table: str, rows: int = 5, *, name: str = "remove-unlogged") -> Step:
        """Delete rows of a table in a session with `sql_log_bin=0`, as an operator might."""
        target = service("mysql")
        return self.fault("table.remove-unlogged", target, name=name, table=table, rows=rows)

    def hold(self, target: Role, *, at: Point, name: str = "hold") -> Step:
        """Stop every target worker at the next such point."""
        return self.fault("worker.hold", target, name=name, point=at)

    def poison(self, topic: str, partition: int = 0, *, name: str = "poison") -> Step:
        """Send a record that cannot be decoded to a partition of a topic."""
        target = leader(topic, partition)
        return self.fault("topic.poison", target, name=name, topic=topic, partition=partition)

    def add_partitions(self, topic: str, total: int, *, name: str = "add-partitions") -> Step:
        """Increase the number of partitions of a topic to `total`."""
        target = leader(topic)
        return self.fault("topic.add-partitions", target, name=name, topic=topic, total=total)

    def configure(
        self, topic: str, setting: str, value: Scalar, *, name: str = "configure"
    ) -> Step:
        """Change a setting of a topic."""
        settings: Settings = {"topic": topic, "setting": setting, "value": value}
        return self.fault("topic.configure", leader(topic), name=name, **settings)

    def hang(self, target: Role, *, name: str = "hang") -> Step:
        """Let members hang: they neither process their records nor poll."""
        return self.fault("member.hang", target, name=name)

    def join(self, target: Role, *, name: str = "join") -> Step:
        """Start absent members."""
        return self.fault("member.join", target, name=name)

    def leave(self, target: Role, *, name: str = "leave") -> Step:
        """Let members leave their group; a heal lets them come back."""
        return self.fault("member.leave", target, name=name)

    def reset_group(
        self, consumers: str, to: ResetTo, value: float = 0.0, *, name: str = "reset"
    ) -> Step:
        """Reset the offsets of a group without members; `time` is in seconds before the end."""
        settings: Settings = {"consumers": consumers, "to": to, "value": value}
        return self.fault("group.reset", member(consumers), name=name, **settings)

    def go_on(self, *, name: str = "wait") -> Step:
        """Do nothing, so that traffic continues until the condition is met."""
        return Step(name=name, after=self.when)

    def heal(self, step: str, *, name: str | None = None) -> Step:
        """Heal the fault of the step of that name."""
        return Step(name=name or f"heal-{step}", after=self.when, deed=Heal(step=step))

    def fault(self, kind: str, target: Role, *, name: str, **settings: Scalar) -> Step:
        """Inject a fault of any kind."""
        spec = FaultSpec(kind=kind, target=target, settings=settings)
        return Step(name=name, after=self.when, deed=spec)
