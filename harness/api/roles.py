"""Roles: who is hit, as a step names it."""

from harness.model import roles
from harness.model.roles import Role


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
