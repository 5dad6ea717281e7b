"""A question of a person to the Kafka cluster of a running stack."""

from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TypeVar

from confluent_kafka import KafkaException

from harness.engine.commands.status import look_at
from harness.kit.errors import HarnessError
from harness.systems.kafka.client import KafkaClients
from harness.systems.kafka.topics import said

T = TypeVar("T")


def asked(stack: str | None, ask: Callable[[KafkaClients], T]) -> T:
    """What `ask` is told by the cluster of that stack, the only one unless given.

    Raises:
        UsageError: there is no such stack, or it is not clear which one is meant.
        HarnessError: the cluster refuses, or does not answer; says what it said.
    """
    with closing(look_at(stack)) as chosen:
        try:
            return ask(chosen.kafka)
        except KafkaException as error:
            raise HarnessError(f"the cluster refuses: {said(error)}") from error


def told(stack: str | None, tell: Callable[[KafkaClients], Iterable[str]]) -> str:
    """The lines that `tell` makes of what it is told, as one text; raises as `asked` does."""
    # A generator asks while it is read, so it is read before the cluster is let go.
    return asked(stack, lambda kafka: "\n".join(tell(kafka)))
