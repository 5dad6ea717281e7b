"""What the settings of a path permit once somebody truncates a table."""

from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import copy_settings, feed_settings
from harness.checkers.permissions.permission import Permission, permits
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Path
from harness.model.scenario import Scenario
from harness.model.value import is_on


@permits("truncation", Path, rank=60)
def truncation_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """The permissions of `path`."""
    if not any("truncate" in writers.mix for writers in scenario.pipeline.writers):
        return
    names = hop_names(path, scenario.pipeline.source)
    skipped = str(feed_settings(path.feed).get("skipped.operations", ""))
    if path.feed.kind == "debezium" and "t" in skipped.replace(" ", "").split(","):
        yield Permission(
            setting=f"skipped.operations={skipped} of {path.name}",
            reason="a truncation is left out, and nothing tells that its rows are gone",
            kinds=("missed-change", "broken-chain", "resurrected-row", "stale-beyond-bound"),
            hops=names,
        )
    for copy, name in zip(path.copies, names[1:], strict=True):
        if not is_on(copy_settings(copy).get("truncate.enabled", False)):
            yield Permission(
                setting=f"truncate.enabled=false of {copy.name}",
                reason="a truncation has no key, and is not applied",
                kinds=("resurrected-row", "stale-beyond-bound"),
                hops=(name,),
            )
