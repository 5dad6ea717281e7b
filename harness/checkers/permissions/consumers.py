"""What the settings of a consumer permit."""

from collections.abc import Iterator

from harness.checkers.permissions import groups as group_permissions
from harness.checkers.permissions.permission import Permission, permits
from harness.model.clients import consumer_settings, reads_uncommitted
from harness.model.scenario import Scenario
from harness.model.value import is_on
from harness.model.workload import Consumers

# What a reader sees that does not wait for transactions to end.
DIRTY = ("G1a", "precommitted-read", "torn-commit", "G1c", "G1c-process", "G1c-realtime")


@permits("consumers", Consumers)
def consumer_permissions(consumers: Consumers, scenario: Scenario) -> Iterator[Permission]:
    """What these consumers permit."""
    settings = consumer_settings(consumers)
    if consumers.mode == "group":
        yield group_permissions.of_subscription(consumers.name)
        yield group_permissions.of_membership(consumers.name, settings, scenario.topology)
        if is_on(settings["enable.auto.commit"]) and is_on(settings["enable.auto.offset.store"]):
            yield Permission(
                setting="enable.auto.commit with enable.auto.offset.store",
                reason=(
                    "an offset may be committed before its record is processed; if the member "
                    "dies in between, no other member processes it"
                ),
                kinds=("group-skip",),
            )
    reset = str(settings["auto.offset.reset"])
    if reset in {"latest", "largest", "end"}:
        yield Permission(
            setting=f"auto.offset.reset={reset}",
            reason="a reader without a valid position jumps to the end of its partition",
            kinds=("poll-skip", "int-poll-skip", "group-skip", "uncommitted-skip"),
        )
    if reads_uncommitted(consumers):
        by_default = "isolation.level" not in consumers.settings
        yield Permission(
            setting="isolation.level=read_uncommitted"
            + f", the default of {consumers.name}" * by_default,
            reason="records are handed out before their transactions commit, and of aborted ones",
            kinds=DIRTY,
        )
