"""What lets the records of a key be in several partitions."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.cleanup import partitions_of
from harness.model.clients import producer_dialect
from harness.model.defaults.dialects import partitioner_of
from harness.model.scenario import Scenario
from harness.model.workload import LogWorkload

KINDS = ("split-key", "reordered-key")


@permits("keys", LogWorkload)
def key_permissions(workload: LogWorkload, scenario: Scenario) -> Iterator[Permission]:
    """Partitions that are added, and producers that do not agree where a key belongs."""
    for topic in workload.topics:
        total = partitions_of(scenario, topic)
        if total > topic.partitions:
            yield Permission(
                setting=f"{topic.name} grows from {topic.partitions} to {total} partitions",
                reason="from then on a key belongs to another partition than before, where it may "
                "overtake what is not read yet",
                kinds=KINDS,
            )
        used = {
            partitioner_of(producer_dialect(each, scenario.topology), each.settings)
            for each in workload.producers
            if topic.name in each.destinations
        }
        if total > 1 and (len(used) > 1 or "random" in used):
            yield Permission(
                setting=f"producers of {topic.name} with partitioner {' and '.join(sorted(used))}",
                reason="they send one key to different partitions",
                kinds=KINDS,
            )
