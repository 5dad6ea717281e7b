"""What the topics of a path permit, by what their brokers run with where the feed says nothing."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.defaults.brokers import LONGER_THAN_A_RUN_MS, topic_settings
from harness.model.permission import COMPACTED, UNCAPTURED
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Path
from harness.model.scenario import Scenario
from harness.model.value import Settings, is_on


@permits("change topics", Path, rank=20)
def change_topic_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """What the change topics of `path` permit."""
    names = hop_names(path, scenario.pipeline.source)
    for setting, reason, kinds in _rules(
        topic_settings(scenario.topology, path.feed.topic_settings)
    ):
        yield Permission(
            setting=f"{setting} of the topics of {path.name}",
            reason=reason,
            kinds=kinds,
            hops=names,
        )


def _rules(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    in_sync = int(settings["min.insync.replicas"])
    if in_sync < 2:
        reason = "an event is acknowledged while the leader alone has it"
        yield f"min.insync.replicas={in_sync}", reason, UNCAPTURED
    if is_on(settings["unclean.leader.election.enable"]):
        reason = "a replica that lacks events may become leader, and all others drop them"
        yield "unclean.leader.election.enable=true", reason, UNCAPTURED
    policy = str(settings["cleanup.policy"])
    if "compact" in policy:
        reason = "an event is removed once its row has a newer one"
        yield f"cleanup.policy={policy}", reason, COMPACTED
    if "delete" not in policy:
        return
    for name, longest in (("retention.ms", LONGER_THAN_A_RUN_MS), ("retention.bytes", None)):
        limit = int(settings[name])
        if limit >= 0 and (longest is None or limit < longest):
            reason = "an event may be removed before a slow reader gets to it"
            yield f"{name}={limit}", reason, UNCAPTURED
