"""The workers of a log workload, and the progress that steps are bound to."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.model.ports import Kafka
from harness.model.scenario import Plan
from harness.workloads.consuming import ConsumerWorker
from harness.workloads.producing import ProducerWorker
from harness.workloads.worker import Worker


@dataclass(frozen=True, slots=True)
class Traffic:
    """All workers of a run.

    Args:
        topics: the scenario's name of each topic → its real name and number of partitions.
    """

    topics: Mapping[str, tuple[str, int]]
    producers: tuple[ProducerWorker, ...]
    consumers: tuple[ConsumerWorker, ...]

    @property
    def workers(self) -> tuple[Worker, ...]:
        """Consumers first, so that they read from the first record on."""
        return (*self.consumers, *self.producers)

    @property
    def sent(self) -> int:
        """Sends begun so far."""
        return sum(producer.sent for producer in self.producers)

    @property
    def acked(self) -> int:
        """Sends acknowledged so far."""
        return sum(producer.acked for producer in self.producers)

    def quiet(self) -> None:
        """Begin no more sends."""
        for producer in self.producers:
            producer.quiet()

    @property
    def unreported(self) -> str | None:
        """None when every send has its report; otherwise who still waits."""
        waiting = [producer.name for producer in self.producers if not producer.idle]
        return f"{', '.join(waiting)} wait for delivery reports" if waiting else None


def open_traffic(
    plan: Plan,
    topics: Mapping[str, tuple[str, int]],
    *,
    kafka: Kafka,
    journal: Journal,
    clock: Clock,
) -> Traffic:
    """Make every worker of the plan's workload; producers begin to send when they are stepped."""
    workload = plan.scenario.log_workload
    consumers = tuple(
        ConsumerWorker(
            spec,
            number,
            *topics[spec.topic],
            group=f"{topics[spec.topic][0]}-{spec.name}",
            kafka=kafka,
            journal=journal,
            clock=clock,
        )
        for spec in workload.consumers
        for number in range(spec.count)
    )
    producers = tuple(
        ProducerWorker(
            spec,
            number,
            topics[spec.topic][0],
            kafka=kafka,
            journal=journal,
            clock=clock,
            seed=plan.streams[f"{spec.name}-{number}"],
        )
        for spec in workload.producers
        for number in range(spec.count)
    )
    return Traffic(topics, producers, consumers)
