"""A topic: a record that no reader of it can decode."""

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet
from harness.model.fault import FaultSpec, Step
from harness.model.permission import Permission
from harness.model.ports.clients import Report
from harness.model.ranges import Index
from harness.model.scenario import Scenario
from harness.model.value import Value

POISON = b"poison"
"""Neither Avro nor JSON, and without the first byte of Confluent's wire format."""
ANSWER_LIMIT_S = 10.0


class PoisonSettings(Value, frozen=True, kw_only=True):
    """Where the record goes; the target is the partition's leader."""

    topic: str
    partition: Index = 0


@fault("topic.poison")
class Poison(Fault[PoisonSettings]):
    """Send one record that cannot be decoded, as a misconfigured producer does.

    It stays: what has been appended to a log cannot be taken back.
    """

    settings: ClassVar[type[Value]] = PoisonSettings
    momentary: ClassVar[bool] = True

    def permits(self, spec: FaultSpec, step: Step, scenario: Scenario) -> Iterator[Permission]:  # noqa: ARG002
        """That readers cannot decode it, and that it is nobody's."""
        yield Permission(
            setting=f"step {step.name}",
            reason="the run itself sends a record that cannot be decoded",
            kinds=("undecodable", "phantom"),
        )

    def inject(self, injection: Injection[PoisonSettings]) -> None:
        """Send it and wait for its offset."""
        settings = injection.settings

        def reported(error: Any, report: Report) -> None:  # noqa: ANN401 - of an untyped library
            if error is None:
                injection.seen[settings.topic] = f"offset {report.offset()}"

        producer = injection.stack.kafka.producer({"acks": "all"})
        producer.produce(settings.topic, POISON, POISON, settings.partition, on_delivery=reported)
        if producer.flush(ANSWER_LIMIT_S):
            producer.purge()
            raise FaultError(f"no acknowledgement within {ANSWER_LIMIT_S:g} s")

    def witness(self, injection: Injection[PoisonSettings]) -> str | NotYet:
        """The offset that the leader gave it."""
        settings = injection.settings
        where = f"{settings.topic}-{settings.partition}"
        if settings.topic not in injection.seen:
            return NotYet(f"the leader of {where} did not accept it")
        return f"it is at offset {injection.seen[settings.topic]} of {where}"
