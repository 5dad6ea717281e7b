"""A control: two scenarios that differ in one setting, to test checker and fault."""

from typing import Literal, TypeAlias

from harness.model.scenario import Scenario
from harness.model.value import Value

Grade: TypeAlias = Literal["D", "H", "P"]


class Control(Value, frozen=True, kw_only=True):
    """A known-good scenario, which must show nothing, and its known-bad twin.

    The grade says how surely the twin shows its anomaly: deterministic (D), highly likely (H), or
    perhaps (P), where a run without it proves nothing.
    """

    id: str
    grade: Grade
    good: Scenario
    bad: Scenario
    shows: tuple[str, ...]
    """The kinds of anomaly that the twin must show; others must follow from them."""
    forced: str
    """How the race is forced, in words."""
    nightly: bool = True
    """Whether `scripts/test` leaves it to the nightly suite."""
    docker_only: tuple[str, ...] = ()
    """Why the fake stack cannot run it; empty if it can."""
    kafka_3_only: tuple[str, ...] = ()
    """Why the twin shows nothing on Kafka 4; empty when it does."""
