"""What the cleanup of a topic permits, by its settings and by the steps that change them."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.cleanup import is_ever, loses_its_start, values_of
from harness.model.defaults.brokers import LONGER_THAN_A_RUN_MS
from harness.model.scenario import Scenario
from harness.model.workload import Topic


@permits("cleanup", Topic, rank=10)
def cleanup_permissions(topic: Topic, scenario: Scenario) -> Iterator[Permission]:
    """What cleaning `topic` up permits."""
    if is_ever(scenario, topic, "compact"):
        yield Permission(
            setting=f"cleanup.policy=compact of {topic.name}",
            reason="a record is removed once its key has a newer one",
            kinds=(
                "lost-write",
                "unsent",
                "ghost",
                "poll-skip",
                "int-poll-skip",
                "group-skip",
                "torn-commit",
            ),
        )
        for setting in values_of(scenario, topic, "delete.retention.ms"):
            if int(setting.value) < LONGER_THAN_A_RUN_MS:
                yield Permission(
                    setting=f"delete.retention.ms={setting.value} of {topic.name}",
                    reason="a tombstone may be removed before a slow reader gets to it",
                    kinds=("resurrected-key",),
                )
    if loses_its_start(scenario, topic):
        for name in ("retention.ms", "retention.bytes"):
            for setting in values_of(scenario, topic, name):
                if int(setting.value) >= 0:
                    yield Permission(
                        setting=f"{name}={setting.value} of {topic.name}",
                        reason="a record may be removed before a slow reader gets to it",
                        kinds=("poll-skip", "int-poll-skip", "group-skip", "resurrected-key"),
                    )
