"""What settings permit a consumer group beside what they permit every consumer."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.defaults.brokers import KAFKA, broker_settings
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import LogWorkload


@permits("retained offsets", LogWorkload)
def retention_permissions(_workload: LogWorkload, scenario: Scenario) -> Iterator[Permission]:
    """How long a coordinator remembers a group without members."""
    minutes = int(broker_settings(scenario.topology)["offsets.retention.minutes"])
    if minutes < int(KAFKA["offsets.retention.minutes"]):
        yield Permission(
            setting=f"offsets.retention.minutes={minutes}",
            reason=(
                "a group without members for this long loses its offsets, and starts where "
                "auto.offset.reset says"
            ),
            kinds=("forgotten-commit", "committed-repeat"),
        )


def of_membership(consumers: str, settings: Settings, topology: Topology) -> Permission:
    """How long a member may be silent; it has no way to know that it is none any more."""
    session = ("session.timeout.ms", settings)
    if settings["group.protocol"] == "consumer":
        session = ("group.consumer.session.timeout.ms", broker_settings(topology))
    name, place = session
    return Permission(
        setting=f"max.poll.interval.ms={settings['max.poll.interval.ms']} and "
        f"{name}={place[name]} of {consumers}",
        reason=(
            "a member that is silent for this long loses its partitions to others, and "
            "continues with them until it is told"
        ),
        kinds=("overlapping-ownership",),
    )


def of_subscription(name: str) -> Permission:
    """That members share partitions at all."""
    return Permission(
        setting=f"group subscription of {name}",
        reason=(
            "partitions move between members, so one member's position in a partition jumps, "
            "and uncommitted records are delivered again (at least once)"
        ),
        kinds=("poll-skip", "nonmonotonic-poll", "duplicate-processing"),
    )
