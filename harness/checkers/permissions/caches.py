"""What the settings of caches permit: of those that the application keeps, of copies in Redis."""

from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import cache_settings, copy_settings
from harness.checkers.permissions.permission import Permission, permits
from harness.model.pipeline.hops import cache_hop
from harness.model.pipeline.paths import Copy
from harness.model.pipeline.traffic import Cache
from harness.model.scenario import Scenario
from harness.model.value import is_on

Rule = tuple[str, str, tuple[str, ...]]
"""A setting, why it permits what it does, and what that is."""
STALE = ("stale-row", "resurrected-row", "stale-beyond-bound", "nonmonotonic-sighting")


@permits("caches", Cache)
def cache_permissions(cache: Cache, scenario: Scenario) -> Iterator[Permission]:
    """Everything that the settings of `cache` permit."""
    hop = cache_hop(cache, scenario.pipeline.source).name
    for setting, reason, kinds in _rules(cache):
        yield Permission(
            setting=f"{setting} of {cache.name}", reason=reason, kinds=kinds, hops=(hop,)
        )


def of_redis(copy: Copy) -> Iterator[Rule]:
    """What the settings of `copy` permit, as far as a copy in a table has none like them."""
    settings = copy_settings(copy)
    if not is_on(settings["tombstones"]):
        reason = "an older event that comes again brings a removed row back for a while"
        yield "tombstones=false", reason, STALE[1:]
    if not is_on(settings["rebuild"]):
        reason = "rows that Redis lost are not filled in again before they are written again"
        yield (
            "rebuild=false",
            reason,
            ("missing-row", "stale-beyond-bound", "nonmonotonic-sighting"),
        )
    elif copy.holds == "equal":
        reason = "after Redis lost its rows readers find none until all are filled in again"
        yield "rebuild=true", reason, ("stale-beyond-bound", "nonmonotonic-sighting")
    if float(settings["ttl_s"]):
        reason = "an entry disappears when its time is up, and so does the mark of a removal"
        lost = ("missing-row", "nonmonotonic-sighting", "resurrected-row")
        yield f"ttl_s={settings['ttl_s']}", reason, lost


def _rules(cache: Cache) -> Iterator[Rule]:
    settings = cache_settings(cache)
    ttl_s = float(settings["ttl_s"])
    if not is_on(settings["versioned"]):
        stalled = "a reader that stalls between source and cache fills in what is old by then"
        overtaken = "; of two writers the first to commit may be the last at the cache"
        yield "versioned=false", stalled + overtaken * (cache.kind == "write-through"), STALE
    if settings["invalidate"] == "before-commit":
        reason = "a reader fills in the old row again between the removal and the commit"
        yield "invalidate=before-commit", reason, STALE
    if ttl_s == 0:
        reason = "cache and source are not one transaction: of a change that the cache is never "
        yield "ttl_s=0", f"{reason}told, it shows the old row for ever", STALE[:3]
    elif cache.staleness_s is not None and cache.staleness_s < ttl_s:
        reason = "a change that the cache is never told shows once the old entry's time is up"
        yield f"ttl_s={ttl_s:g}", reason, ("stale-beyond-bound",)
