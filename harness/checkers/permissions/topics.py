"""What the settings of a topic permit, by what its brokers run with where it says nothing."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.defaults.brokers import topic_settings
from harness.model.permission import ROLLBACK
from harness.model.scenario import Scenario
from harness.model.value import is_on
from harness.model.workload import Topic


@permits("topics", Topic)
def topic_permissions(topic: Topic, scenario: Scenario) -> Iterator[Permission]:
    """What `topic` permits on the brokers of the scenario."""
    settings = topic_settings(scenario.topology, topic.settings)
    if topic.replicas == 1:
        yield Permission(
            setting=f"replicas=1 of {topic.name}",
            reason="the only copy is lost with its broker's disk",
            kinds=ROLLBACK,
        )
    elif int(settings["min.insync.replicas"]) < 2:
        yield Permission(
            setting=f"min.insync.replicas={settings['min.insync.replicas']} of {topic.name}",
            reason="a record is acknowledged, and read, while the leader alone has it; it is lost "
            "when that broker is",
            kinds=ROLLBACK,
        )
    if is_on(settings["unclean.leader.election.enable"]):
        yield Permission(
            setting="unclean.leader.election.enable=true",
            reason="a replica that lacks records may become leader, and all others drop them",
            kinds=ROLLBACK,
        )
