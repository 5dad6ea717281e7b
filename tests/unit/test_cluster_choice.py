"""A scenario on another cluster than its own."""

import msgspec
import pytest

from harness.engine.catalogue.scenarios import scenarios
from harness.engine.cluster import on_cluster
from harness.engine.compile import compile_plan
from harness.kit.errors import UsageError
from harness.model.topology import Topology


def test_what_is_not_asked_for_stays_as_the_scenario_says() -> None:
    scenario = scenarios()["k-ack1"]
    assert on_cluster(scenario, metadata=None, kafka_version=None) == scenario
    old = msgspec.structs.replace(scenario, topology=Topology(kafka_version="3.8.1"))
    assert on_cluster(old, metadata="kraft", kafka_version=None).topology.kafka_version == "3.8.1"


@pytest.mark.parametrize("name", scenarios())
def test_every_scenario_makes_sense_on_kraft_as_well(name: str) -> None:
    scenario = scenarios()[name]
    changed = on_cluster(scenario, metadata="kraft", kafka_version=None)
    services = ("zookeeper", *changed.topology.zookeeper_names)
    compile_plan(changed, 1)
    assert not [
        step.name for step in changed.steps if step.fault and step.fault.target.subject in services
    ], "a role that only ZooKeeper has"


def test_a_scenario_of_its_own_version_is_not_forced_where_it_does_not_fit() -> None:
    new = Topology(metadata="kraft", kafka_version="4.1.2")
    scenario = msgspec.structs.replace(scenarios()["k-ack1"], topology=new)
    with pytest.raises(UsageError, match="use metadata kraft"):
        on_cluster(scenario, metadata="zookeeper", kafka_version=None)
