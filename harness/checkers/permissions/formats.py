"""What the transforms and the shape of a feed's records permit."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.pipeline.feed_format import FILTERS, KNOWN, OUTBOX, FeedFormat
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Path
from harness.model.scenario import Scenario

REMOVED = ("resurrected-row", "stale-beyond-bound")
LEFT_OUT = ("missed-change", "torn-transaction", "broken-chain", "missing-tombstone")
OUTDATED = ("missing-row", "stale-row", *REMOVED)
ALTERED = ("altered-row",)
ALTERING = ("ReplaceField", "MaskField", "Cast", "TimestampConverter", "TimezoneConverter")
"""Transforms that make something else of the columns of a row."""


@permits("formats", Path, rank=50)
def format_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """The permissions of `path`."""
    names = hop_names(path, scenario.pipeline.source)
    for setting, reason, kinds in _rules(FeedFormat(path.feed)):
        yield Permission(
            setting=f"{setting} of {path.name}", reason=reason, kinds=kinds, hops=names
        )


def _rules(found: FeedFormat) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for each in found.transforms:
        setting = f"transforms.{each.alias}.type={each.text('type')}"
        if each.kind in FILTERS:
            reason = "events that its predicate picks are left out on purpose"
            yield setting, reason, (*LEFT_OUT, *OUTDATED)
        if each.kind.removesuffix("$Value") in ALTERING:
            yield setting, "it makes something else of columns on purpose", ALTERED
        if each.kind == OUTBOX:
            reason = "a record of an outbox is the event that a row holds, not the row"
            yield setting, reason, OUTDATED
        if each.kind not in KNOWN:
            reason = "what this transform makes of an event is not known here"
            yield setting, reason, (*LEFT_OUT, *OUTDATED, *ALTERED)
    if found.deletes == "drop":
        kinds = ("missed-change", "torn-transaction", *REMOVED)
        yield "delete.tombstone.handling.mode=drop", "removals are dropped at the feed", kinds
    if found.snapshots_again and found.flat and not found.tells_operations:
        reason = "a row that a snapshot on demand shows again looks like a change that came twice"
        yield "signals with unwrapped events", reason, ("duplicate-change",)
    binary = str(found.settings.get("binary.handling.mode", "bytes"))
    if binary != "bytes":
        reason = "bytes are written as an encoded text"
        yield f"binary.handling.mode={binary}", reason, ALTERED
