"""The traffic of a log workload: topics, producers and consumers of its own."""

import logging
from collections.abc import Callable, Iterator
from functools import partial

import msgspec
from confluent_kafka import KafkaException

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.kit.waits import Deadline
from harness.model.cleanup import is_ever, partitions_of, values_of
from harness.model.ports.kafka import Kafka
from harness.model.ports.powers import OwnPrograms
from harness.model.ports.stack import Stack
from harness.model.scenario import Plan
from harness.model.workload import Consumers, LogWorkload, Producers
from harness.workloads.administration.administrator import AdministratorWorker
from harness.workloads.administration.cleaning import uncleaned
from harness.workloads.administration.topic_views import final_look
from harness.workloads.console import ConsoleConsumer, ConsoleProducer
from harness.workloads.draining import drain
from harness.workloads.member import ConsumerWorker
from harness.workloads.members import TrafficMembers
from harness.workloads.offsets_log import OffsetsLog
from harness.workloads.processing.jobs import job_of
from harness.workloads.processing.worker import ProcessorWorker
from harness.workloads.producing import ProducerWorker
from harness.workloads.progress import Progress
from harness.workloads.traffic import Condition, FinalRead, bounds_of
from harness.workloads.transactions.producing import TransactionalProducer
from harness.workloads.worker import Worker
from harness.workloads.workplace import Workplace

log = logging.getLogger(__name__)


class LogTraffic:
    """Producers, consumers and processors over topics that carry the run's name.

    Args:
        workload: the plan's.
        plan: for the seeds of its streams.
        run: name of the run.
    """

    def __init__(
        self,
        workload: LogWorkload,
        plan: Plan,
        run: str,
        *,
        stack: Stack,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._workload = workload
        self._stack = stack
        self._kafka: Kafka = stack.kafka
        self._journal = journal
        self._clock = clock
        self._workplace = Workplace(stack.kafka, journal, clock)
        self._scenario = plan.scenario
        self._places = {
            topic.name: (f"{topic.name}.{run}", partitions_of(plan.scenario, topic))
            for topic in workload.topics
        }
        self.topics = {name: real for name, (real, _) in self._places.items()}
        for topic in workload.topics:
            real = self.topics[topic.name]
            self._kafka.create_topic(msgspec.structs.replace(topic, name=real))
            journal.topic(topic.name, self._places[topic.name][1])
        self.connectors: dict[str, str] = {}
        self.groups = {
            spec.name: self._group(spec) for spec in workload.consumers if spec.mode == "group"
        }
        self._worker_groups = {
            spec.name: f"{self.topics[spec.source]}-{spec.name}" for spec in workload.processors
        }
        self._offsets = OffsetsLog(
            self.groups,
            {real: name for name, real in self.topics.items()},
            self._workplace,
        )
        self._consumers = tuple(
            self._consumer(spec, number, stack)
            for spec in workload.consumers
            for number in range(spec.count)
        )
        self._processors = tuple(
            ProcessorWorker(
                job_of(spec, name, self._worker_groups[spec.name], self._places, journal),
                stack=stack,
                journal=journal,
                clock=clock,
            )
            for spec in workload.processors
            for name in spec.names
        )
        self._progress = Progress(
            stack.kafka, journal, workload, self._places, self._consumers, self._processors
        )
        self.members = TrafficMembers(
            [each for each in self._consumers if isinstance(each, ConsumerWorker)],
            self._places,
            self.groups,
            self._workplace,
        )
        self._producers = tuple(
            self._producer(spec, number, stack, plan.streams[f"{spec.name}-{number}"])
            for spec in workload.producers
            for number in range(spec.count)
        )
        self._administrators = tuple(
            AdministratorWorker(
                spec,
                number,
                run,
                self._workplace,
                seed=plan.streams[f"{spec.name}-{number}"],
            )
            for spec in workload.administrators
            for number in range(spec.count)
        )

    def _consumer(
        self, spec: Consumers, number: int, stack: Stack
    ) -> ConsumerWorker | ConsoleConsumer:
        real, partitions = self._places[spec.topic]
        if spec.mode == "console":
            return ConsoleConsumer(spec, real, self._workplace, consoles=stack.consoles)
        return ConsumerWorker(
            spec, number, real, partitions, self._workplace, group=self._group(spec)
        )

    def _group(self, spec: Consumers) -> str:
        """The real name of the group; readers that are no members have one that is never joined."""
        return f"{self.topics[spec.topic]}-{spec.name}"

    @property
    def workers(self) -> tuple[Worker, ...]:
        """Consumers first, so that they read from the first record on."""
        return (*self._consumers, *self._processors, *self._producers, *self._administrators)

    @property
    def sent(self) -> int:
        """Sends begun so far."""
        return sum(producer.sent for producer in self._producers)

    @property
    def acked(self) -> int:
        """Sends acknowledged so far."""
        return sum(producer.acked for producer in self._producers)

    @property
    def results(self) -> int:
        """Results acknowledged so far."""
        return sum(worker.results for worker in self._processors)

    @property
    def reads(self) -> int:
        """Records that consumers were done with so far, tools aside."""
        return sum(each.reads for each in self._consumers if isinstance(each, ConsumerWorker))

    @property
    def changes(self) -> int:
        """Changes of topics acknowledged to administrators so far."""
        return sum(administrator.acked for administrator in self._administrators)

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """Topics, groups, and producers that have a transactional id, as steps name them."""
        ids = {
            each.name: each.transactional_id
            for each in self._producers
            if isinstance(each, TransactionalProducer)
        }
        groups = {**self.groups, **self._worker_groups}
        return {"topic": self.topics, "group": groups, "transactional-id": ids}

    def bounds(self) -> tuple[int, int]:
        """Where all logs start, and end as far as readers may read, added up."""
        return bounds_of(self._kafka, self.topics.values(), self._clock)

    def uncleaned(self) -> Callable[[], str | None]:
        """A probe: None once the cleaner has done all it may to what logs hold now."""
        compacted = {
            self.topics[topic.name]: int(
                values_of(self._scenario, topic, "delete.retention.ms")[-1].value
            )
            for topic in self._scenario.log_workload.topics
            if is_ever(self._scenario, topic, "compact")
        }
        return uncleaned(self._kafka, compacted, self._clock)

    def ready(self) -> Iterator[Condition]:
        """Nothing."""
        yield from ()

    def underway(self) -> Iterator[Condition]:
        """Every worker of a processor has a share in the work, and every group was handed records.

        A group takes a while to form, and until then there is nothing that a fault could do to it.
        """
        for worker in self._processors:
            yield f"{worker.name} to work", worker.unemployed
        for spec in self._workload.consumers:
            if spec.mode == "group" and not spec.late:
                yield f"{spec.name} to receive records", partial(self._progress.unread, spec.name)

    def quiet(self) -> None:
        """Begin no more sends, nor changes of topics."""
        for worker in (*self._producers, *self._administrators):
            worker.quiet()

    def reported(self) -> Iterator[Condition]:
        """Every send has its delivery report, and every administrator its last answer."""
        yield "every send to have its delivery report", self._unreported

    def processed(self) -> Iterator[Condition]:
        """Processors are done: what they have not sent yet, nobody can read."""
        yield "every processor to process its whole source", self._progress.unprocessed

    def sends_ended(self) -> None:
        """Let readers go on that waited for this."""
        for consumer in self._consumers:
            consumer.sends_ended()

    def caught_up(self) -> Iterator[Condition]:
        """Consumers of every kind have, between them, read every log to its end."""
        yield "every consumer to read to the end", self._progress.behind

    def final_read(self, limit_s: float) -> FinalRead:
        """Read every log from its start to its end, and view what administrators left."""
        deadline = Deadline(limit_s, self._clock)
        ends = drain(
            {name: (real, self._progress.partitions(real)) for name, real in self.topics.items()},
            self._workplace,
            limit_s,
        )
        self._offsets.record(deadline)
        if self._administrators:
            final_look(self._administered, deadline, self._workplace)
        return FinalRead(logs=ends)

    def forget(self) -> None:
        """End what is left of the processors, and delete the topics."""
        if self._processors:
            self._stack.power(OwnPrograms).remove_all()
        for real in (*self.topics.values(), *self._left_over()):
            try:
                self._kafka.delete_topic(real)
            except (KafkaException, HarnessError) as error:
                # A stack that does not get healthy is replaced; a topic left over harms nobody.
                log.warning("topic %s could not be deleted: %s", real, error)

    def _producer(
        self, spec: Producers, number: int, stack: Stack, seed: int
    ) -> ProducerWorker | TransactionalProducer | ConsoleProducer:
        real = self.topics[spec.topic]
        if spec.client == "console":
            return ConsoleProducer(
                spec, number, real, self._workplace, consoles=stack.consoles, seed=seed
            )
        if spec.transactions is None:
            return ProducerWorker(spec, number, real, self._workplace, seed=seed)
        return TransactionalProducer(
            spec,
            number,
            self.topics,
            f"{real}-{spec.name}-{number}",
            self._workplace,
            seed=seed,
        )

    def _unreported(self) -> str | None:
        workers = (*self._producers, *self._administrators)
        waiting = [worker.name for worker in workers if not worker.idle]
        return f"{', '.join(waiting)} wait for acknowledgements" if waiting else None

    @property
    def _administered(self) -> dict[str, int]:
        """Topics that administrators ever asked for, real name → number in the journal."""
        return {
            real: number
            for administrator in self._administrators
            for real, number in administrator.topics.items()
        }

    def _left_over(self) -> list[str]:
        """What is there of the administrators' topics."""
        if not self._administrators:
            return []
        try:
            return sorted(self._administered.keys() & set(self._kafka.topics.names()))
        except KafkaException as error:
            log.warning("the remaining topics could not be listed: %s", error)
            return []
