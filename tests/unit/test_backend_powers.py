"""A scenario whose fault needs a power is skipped where there is none, with that reason."""

import pytest

from harness.api import after, broker
from harness.backends.docker.stack import POWERS as OF_CONTAINERS
from harness.backends.fake.limits import lacks
from harness.backends.fake.services import FakeServices
from harness.backends.fake.stack import FakeStack
from harness.backends.powers import lacking
from harness.engine.catalogue.scenarios import find
from harness.faults.fault import FAULTS
from harness.kit.errors import UsageError
from harness.model.ports.powers import Disks, Network, OwnPrograms, PowerSupply
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.workload import LogWorkload, Producers, Topic

WIPES = Scenario(
    name="wipes",
    about="A disk is lost",
    workload=LogWorkload(topics=(Topic(name="orders"),), producers=(Producers(topic="orders"),)),
    steps=(after(acks=1).wipe(broker(0)),),
)


def test_the_power_that_is_missing_is_named_with_the_fault_that_needs_it() -> None:
    said = lacking(WIPES, (Network, OwnPrograms), "nobody has")
    assert said == "nobody has no power Disks, which disk.wipe needs"


def test_nothing_is_missing_where_all_powers_are_there() -> None:
    assert lacking(WIPES, (Disks,), "nobody has") is None
    assert lacks(WIPES) is None
    assert lacks(find("k-ack1")) is None


def test_containers_have_every_power_that_a_fault_needs() -> None:
    assert {power for kind in FAULTS for power in FAULTS[kind].needs} <= set(OF_CONTAINERS)


def test_a_stack_gives_its_powers_and_refuses_others() -> None:
    stack = FakeStack(Topology(), seed=1)
    assert isinstance(stack.power(PowerSupply), FakeServices)
    with pytest.raises(UsageError, match="the fake stack has no FakeServices"):
        stack.power(FakeServices)
