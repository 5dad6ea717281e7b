"""A correct pipeline of the exam: an anomaly in it is a bug of the judge."""

from harness.model.scenario import Scenario
from harness.model.value import Value


class Legal(Value, frozen=True, kw_only=True):
    """A correct scenario, and the verdict that its runs must have."""

    scenario: Scenario
    unknown: str = ""
    """Part of the reason why a run is UNKNOWN; empty: it must be VALID."""
    nightly: bool = True
    """Whether `scripts/test` leaves it to the nightly suite."""
    docker_only: tuple[str, ...] = ()
    """Why the fake stack cannot run it; empty if it can."""
