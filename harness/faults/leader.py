"""Leaders: who leads a partition is changed, as an operator does."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet, wait_until
from harness.model.ranges import Index
from harness.model.roles import Leader
from harness.model.value import Value

ELECTION_LIMIT_S = 30.0


class ElectSettings(Value, frozen=True, kw_only=True):
    """Which partition gets a leader."""

    topic: str
    partition: Index = 0


@fault("leader.elect")
class Elect(Fault[ElectSettings]):
    """Elect any live replica as leader of a partition without one, in sync or not.

    What an operator does with `kafka-leader-election --election-type unclean`. What that leader
    lacks is lost for good, so there is nothing to heal.
    """

    settings: ClassVar[type[Value]] = ElectSettings
    momentary: ClassVar[bool] = True

    def inject(self, injection: Injection[ElectSettings]) -> None:
        """Ask for an election until there is a leader that runs.

        A dead leader stays one until its session ends, and brokers that start join late.
        """
        settings = injection.settings

        def elected() -> bool | NotYet:
            led = _leader(injection)
            if isinstance(led, NotYet):
                injection.stack.kafka.elect(settings.topic, settings.partition)
                return led
            return True

        wait_until(
            f"a leader of {settings.topic}-{settings.partition}",
            elected,
            limit_s=ELECTION_LIMIT_S,
            interval_s=0.2,
            retry_on=injection.stack.kafka.failures,
            clock=injection.clock,
        )

    def witness(self, injection: Injection[ElectSettings]) -> str | NotYet:
        """The partition has a leader, which runs."""
        return _leader(injection)


def _leader(injection: Injection[ElectSettings]) -> str | NotYet:
    """Who leads, when it runs."""
    settings, stack = injection.settings, injection.stack
    role = Leader(topic=settings.topic, partition=settings.partition)
    try:
        (name,) = stack.resolve(role)
    except FaultError as error:
        return NotYet(str(error))
    state = stack.services.state(name)
    said = f"{name}, which is {state}, leads {settings.topic}-{settings.partition}"
    return said if state == "running" else NotYet(said)
