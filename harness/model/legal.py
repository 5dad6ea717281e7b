"""A legal pipeline of the exam: whatever it is made of, nothing may be held against it."""

from harness.model.scenario import Scenario
from harness.model.value import Value


class Legal(Value, frozen=True, kw_only=True):
    """A scenario in which nothing is wrong, and what a run of it must come to."""

    scenario: Scenario
    unknown: str = ""
    """Words of the true reason why a run cannot prove its claims; empty: it must be VALID."""
    nightly: bool = True
    """Whether `scripts/test` leaves it to the nightly suite."""
    docker_only: tuple[str, ...] = ()
    """Why the fakes cannot run it; empty when they can."""
