"""Dead letters: what a sink connector could not use, and where it stood in the end.

A sink that tolerates errors passes over a record that it cannot use; with a dead-letter queue it
puts the record there first, with headers that say where it came from.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, TypeAlias, cast

from confluent_kafka import TopicPartition

from harness.kit.errors import WaitTimeout
from harness.kit.waits import Deadline, NotYet, wait_until
from harness.model.facts import Standing
from harness.model.pipeline.hops import copy_place
from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.clients import Message
from harness.model.ports.connect import Connect
from harness.model.ports.kafka import Kafka
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.workloads.bounds import log_bounds
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.final_topics import CONSUMER, POLL_S, READ_BATCH

Partition: TypeAlias = tuple[str, int]
QUEUE = "errors.deadletterqueue.topic.name"
ORIGIN = "__connect.errors."
"""Before the names of the headers that say which record a letter was."""


def accounted(copy: Copy) -> bool:
    """Whether it is a sink that may pass over records."""
    return copy.kind == "jdbc" and copy.settings.get("errors.tolerance") == "all"


def queue_of(path: Path, copy: Copy, naming: Naming) -> str | None:
    """The real name of a copy's dead-letter queue, if it has one."""
    name = copy.settings.get(QUEUE)
    return f"{naming.prefix(path)}.{name}" if name else None


def queue_settings(path: Path, copy: Copy, naming: Naming, replicas: int) -> Settings:
    """What a connector has to know of its queue."""
    queue = queue_of(path, copy, naming)
    if queue is None:
        return {}
    return {
        QUEUE: queue,
        "errors.deadletterqueue.topic.replication.factor": replicas,
        "errors.deadletterqueue.context.headers.enable": True,
    }


def standings(
    path: Path,
    copy: Copy,
    naming: Naming,
    topics: Mapping[str, str],
    *,
    stack: Stack,
    deadline: Deadline,
) -> tuple[Standing, ...]:
    """Where the sink stood in each log, and which records became letters; ends its tasks.

    Args:
        path: of the copy.
        copy: the sink's.
        naming: of the run.
        topics: real name of each topic → the scenario's.
        stack: a running one.
        deadline: of all this.

    Raises:
        HarnessError: its tasks do not end, or Connect does not say where they were.
        KafkaException: the queue cannot be read.
    """
    stood = _committed(stack.connect, naming.connector(path, copy), deadline)
    queue = queue_of(path, copy, naming)
    found = list(_letters(stack.kafka, queue, deadline)) if queue else []
    return tuple(
        Standing(
            place=copy_place(path, copy),
            log=f"{topics[topic]}-{partition}",
            position=position,
            letters=tuple(sorted(offset for log, offset in found if log == (topic, partition))),
        )
        for (topic, partition), position in sorted(stood.items())
    )


def _committed(connect: Connect, connector: str, deadline: Deadline) -> dict[Partition, int]:
    """The offset behind the last record of each partition that the sink has done with."""

    def probe() -> bool | NotYet:
        status = connect.status(connector)
        states = [status["connector"]["state"], *(task["state"] for task in status["tasks"])]
        return True if states == ["STOPPED"] else NotYet(", ".join(states))

    # A task commits what it has done when it ends.
    connect.stop(connector)
    wait_until(f"{connector} to stop", probe, limit_s=deadline.left_s)
    return {
        (each["partition"]["kafka_topic"], int(each["partition"]["kafka_partition"])): int(
            each["offset"]["kafka_offset"]
        )
        for each in connect.offsets(connector)
    }


def _letters(kafka: Kafka, queue: str, deadline: Deadline) -> Iterator[tuple[Partition, int]]:
    """Which record each letter was."""
    _, end = log_bounds(kafka, queue, 0, deadline)
    read_to = 0
    with closing(kafka.consumer({**CONSUMER, "group.id": f"{queue}-final"})) as consumer:
        consumer.assign([TopicPartition(queue, 0, 0)])
        while read_to < end and not deadline.passed:
            for message in consumer.consume(READ_BATCH, min(POLL_S, deadline.left_s)):
                read_to = max(read_to, message.offset() + 1)
                if message.error() is None:
                    yield _origin(message)
    if read_to < end:
        raise WaitTimeout(f"{queue} to be read", 0.0, f"offset {read_to} of {end}")


def _origin(letter: Message) -> tuple[Partition, int]:
    # The client has headers; the port does not know of any.
    headers = dict(cast("Any", letter).headers())
    topic, partition, offset = (
        headers[f"{ORIGIN}{name}"].decode() for name in ("topic", "partition", "offset")
    )
    return (topic, int(partition)), int(offset)
