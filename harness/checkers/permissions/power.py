"""What settings permit when the power of brokers is cut."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.checkers.permissions.topics import ROLLBACK
from harness.model.defaults.brokers import topic_settings
from harness.model.scenario import Scenario
from harness.model.workload import Topic

CUT_POWER = "disk.cut-power"


@permits("power", Topic, rank=20)
def power_permissions(topic: Topic, scenario: Scenario) -> Iterator[Permission]:
    """What a power cut may do to `topic`: nothing where each record is synced."""
    if not any(each.kind == CUT_POWER for step in scenario.steps for each in step.faults):
        return
    settings = topic_settings(scenario.topology, topic.settings)
    if int(settings["flush.messages"]) > 1:
        yield Permission(
            setting=f"flush.messages={settings['flush.messages']} of {topic.name}",
            reason="a record is acknowledged while it is in page caches only; it is lost when all "
            "that have it, or the last replica in sync, lose their power",
            kinds=ROLLBACK,
        )
