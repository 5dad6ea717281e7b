"""What the settings of a cache that the application keeps permit."""

from collections.abc import Iterator

from harness.checkers.permission import Permission
from harness.checkers.pipeline.settings import cache_settings, is_on
from harness.model.pipeline import Cache

STALE = ("stale-row", "resurrected-row", "stale-beyond-bound", "nonmonotonic-sighting")


def of_cache(cache: Cache, hop: str) -> Iterator[Permission]:
    """Everything that the settings of `cache`, which is filled by `hop`, permit."""
    for setting, reason, kinds in _rules(cache):
        yield Permission(
            setting=f"{setting} of {cache.name}", reason=reason, kinds=kinds, hops=(hop,)
        )


def _rules(cache: Cache) -> Iterator[tuple[str, str, tuple[str, ...]]]:
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
