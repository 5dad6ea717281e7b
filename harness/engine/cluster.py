"""Which cluster runs a scenario: the one that its topology asks for, or another that a user wants.

A scenario speaks of roles (`controller`, `metadata`), so it means the same on either.
"""

import msgspec

from harness.model.scenario import Plan, Scenario
from harness.model.topology import Metadata, Topology
from harness.systems import pins


def with_cluster(
    topology: Topology, *, metadata: Metadata | None, kafka_version: str | None
) -> Topology:
    """`topology` with its metadata kept by, and its brokers made of, what is given.

    Args:
        topology: what it is otherwise.
        metadata: who keeps it; as the topology says unless given.
        kafka_version: of brokers and controllers; as the topology says unless given.

    Raises:
        UsageError: that version is not known, or does not keep its metadata so.
    """
    chosen = msgspec.structs.replace(
        topology,
        metadata=metadata or topology.metadata,
        kafka_version=kafka_version or topology.kafka_version,
    )
    pins.kafka(chosen.metadata, chosen.kafka_version)
    return chosen


def on_cluster(
    scenario: Scenario, *, metadata: Metadata | None, kafka_version: str | None
) -> Scenario:
    """`scenario` on the cluster that `with_cluster` makes of its own."""
    topology = with_cluster(scenario.topology, metadata=metadata, kafka_version=kafka_version)
    return msgspec.structs.replace(scenario, topology=topology)


def plan_on_cluster(plan: Plan, *, metadata: Metadata | None, kafka_version: str | None) -> Plan:
    """`plan` on another cluster: every die stays as it fell."""
    scenario = on_cluster(plan.scenario, metadata=metadata, kafka_version=kafka_version)
    return msgspec.structs.replace(plan, scenario=scenario)


def is_kafka_4(*, metadata: Metadata | None, kafka_version: str | None) -> bool:
    """Whether brokers are of Kafka 4 where this is asked for, and scenarios say nothing else."""
    made_of = pins.kafka(metadata or "zookeeper", kafka_version)
    return made_of.get("KAFKA_VERSION", "").startswith("4.")
