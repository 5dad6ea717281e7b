"""Roles: the targets of faults, resolved when a step starts."""

from harness.model import roles
from harness.model.roles import Role


def leader(topic: str, partition: int = 0) -> Role:
    """The broker that leads the partition when the step starts."""
    return roles.Leader(topic=topic, partition=partition)


def followers(topic: str, partition: int = 0) -> Role:
    """The brokers that follow the partition's leader when the step starts."""
    return roles.Followers(topic=topic, partition=partition)


def follower(topic: str, partition: int = 0, *, index: int = 0) -> Role:
    """The follower with this index, from 0, in order of name."""
    return roles.Followers(topic=topic, partition=partition, index=index)


def controller() -> Role:
    """The controller when the step starts: a broker, or with KRaft a separate service."""
    return roles.Controller()


def broker(index: int | None = None) -> Role:
    """The broker with this index, from 0; by default a random one."""
    return roles.Broker(index=index)


def brokers() -> Role:
    """All brokers, in order of name."""
    return roles.Brokers()


def metadata() -> Role:
    """The metadata quorum: all ZooKeeper servers, or all KRaft controllers."""
    return roles.Metadata()


def coordinator(consumers: str) -> Role:
    """The broker that coordinates the group of those consumers when the step starts."""
    return roles.Coordinator(consumers=consumers)


def member(consumers: str, index: int | None = None) -> Role:
    """The consumer with this index, from 0; by default all of these consumers."""
    return roles.Member(consumers=consumers, index=index)


def service(name: str) -> Role:
    """A service by name, such as `mysql`."""
    return roles.Service(name=name)


def task(connector: str, index: int = 0) -> Role:
    """The Connect worker that runs the task with this index, from 0, when the step starts.

    Args:
        connector: its target: `PATH/topics` for the feed, `PATH/COPY` for a copy.
        index: of the task.
    """
    return roles.Task(connector=connector, index=index)


def transaction_coordinator(producer: str = "producer-0") -> Role:
    """The transaction coordinator of a producer, such as `producer-0`."""
    return roles.TransactionCoordinator(producer=producer)


def worker(processors: str, index: int = 0) -> Role:
    """The worker with this index, from 0, of the processors of that name."""
    return service(f"{processors}-{index}")


def same_as(step: str) -> Role:
    """The services that the step of that name targeted."""
    return roles.SameAs(step=step)
