"""Consumer groups: who owns what, where a group stands, what it is handed again or never."""

import pytest

from harness.api import (
    Consumers,
    LogWorkload,
    Scenario,
    after,
    coordinator,
    member,
    worse,
)
from harness.model.ports.groups import ResetTo
from harness.plugin import RunScenario, nightly

from .controls_groups import CLAIMS, ORDERS, SAFE

pytestmark = [pytest.mark.docker, pytest.mark.controls, pytest.mark.claim("resumption")]

BILLING = Consumers(name="billing", topic="orders", count=3, commit="application")

CHURN = Scenario(
    name="c-churn",
    about=(
        "Members leave and come back under load; each time all members give up their partitions "
        "and rejoin"
    ),
    claims=(*CLAIMS, "sole-ownership"),
    workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(BILLING,)),
    steps=(
        after(acks=300, spread=0.5).leave(member("billing", 0), name="first"),
        after(acks=1000, spread=0.5).leave(member("billing", 1), name="second"),
        after(acks=1000, spread=0.5).heal("first"),
        after(acks=1000, spread=0.5).heal("second"),
    ),
    aftermath_acks=1500,
)
CHURN_COOPERATIVE = worse(
    CHURN,
    "c-churn-cooperative",
    "Members leave and come back under load; the others keep their partitions",
    consumers={"partition.assignment.strategy": "cooperative-sticky"},
)
BOUNCE = worse(
    CHURN,
    "c-static",
    "Static members leave and come back in time, without a rebalance",
    consumers={"session.timeout.ms": 30_000},
    static=True,
)

COORDINATOR_DIES = Scenario(
    name="c-coordinator",
    about="The broker that coordinates a group dies, and another takes over what it has written",
    claims=CLAIMS,
    workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(BILLING,)),
    steps=(
        after(acks=500, spread=0.5).kill(coordinator("billing")),
        after(acks=1000, seconds=3).heal("kill"),
    ),
    aftermath_acks=1000,
)


def reset(to: ResetTo, value: float, about: str) -> Scenario:
    """A group goes on from elsewhere in its logs, to where it was reset while it had no members."""
    return Scenario(
        name=f"c-reset-{to}",
        about=about,
        claims=CLAIMS,
        workload=LogWorkload(topics=(ORDERS,), producers=(SAFE,), consumers=(BILLING,)),
        steps=(
            after(acks=500, spread=0.5).leave(member("billing")),
            after(acks=200).reset_group("billing", to, value),
            after(acks=200).heal("leave"),
        ),
        aftermath_acks=500,
    )


RESET_EARLIEST = reset(
    "earliest", 0, "A group is reset to the earliest offsets while it has no members"
)
RESET_OFFSET = reset(
    "offset", 25, "A group is reset to an offset, or to the end of a shorter partition"
)
RESET_TIME = reset(
    "time", 0.5, "A group is reset to half a second before the newest record that it was handed"
)

SCENARIOS = (
    CHURN,
    CHURN_COOPERATIVE,
    BOUNCE,
    COORDINATOR_DIES,
    RESET_EARLIEST,
    RESET_OFFSET,
    RESET_TIME,
)


@pytest.mark.parametrize(
    "scenario",
    [
        nightly(CHURN),
        nightly(CHURN_COOPERATIVE),
        nightly(BOUNCE),
        nightly(COORDINATOR_DIES),
        nightly(RESET_EARLIEST),
        nightly(RESET_OFFSET),
        nightly(RESET_TIME),
    ],
    ids=lambda scenario: scenario.name,
)
def test_a_group_goes_on_where_it_committed(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()
