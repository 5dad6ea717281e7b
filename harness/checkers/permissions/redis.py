"""What the settings of a Redis server permit the copies and caches that are kept in it."""

from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import copy_settings
from harness.checkers.permissions.permission import Permission, permits
from harness.faults.fault import FAULTS
from harness.model.defaults.caches import redis_settings
from harness.model.pipeline.hops import cache_hop, copy_hop
from harness.model.roles import Service
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings, is_on

LOST = (
    # What readers see of a copy that has lost entries, until they are written again,
    *("missing-row", "stale-beyond-bound", "nonmonotonic-sighting"),
    # and what an older event does when no entry, or mark of a removal, stands there.
    *("stale-row", "resurrected-row"),
)


@permits("redis", Topology)
def redis_permissions(topology: Topology, scenario: Scenario) -> Iterator[Permission]:
    """What Redis permits each hop into it.

    What a server forgets with its process is permitted where a step ends that process, and where
    nobody fills the copy in again: the harness's own copies do, unless `rebuild=false` says so.
    """
    settings = redis_settings(topology)
    ends = _ends_redis(scenario)
    for path in scenario.pipeline.paths:
        for copy in path.copies:
            if copy.cache == "redis":
                refilled = is_on(copy_settings(copy).get("rebuild", False))
                hop = copy_hop(path, copy).name
                yield from _of_hop(settings, hop, forgets=ends and not refilled)
    for cache in scenario.pipeline.caches:
        if cache.system == "redis":
            yield from _of_hop(
                settings, cache_hop(cache, scenario.pipeline.source).name, forgets=ends
            )


def _of_hop(settings: Settings, hop: str, *, forgets: bool) -> Iterator[Permission]:
    for setting, reason in (*(_persistence(settings) if forgets else ()), *_eviction(settings)):
        yield Permission(setting=f"{setting} of Redis", reason=reason, kinds=LOST, hops=(hop,))


def _persistence(settings: Settings) -> Iterator[tuple[str, str]]:
    snapshots = str(settings["save"]).strip("\"' ")
    if _is_yes(settings["appendonly"]):
        if (fsync := str(settings["appendfsync"])) != "always":
            yield f"appendfsync={fsync}", "a write is acknowledged before it is on disk"
    elif snapshots:
        yield f"save={snapshots}", "what was written since the last snapshot is lost"
    else:
        yield "appendonly=no without save", "what it holds is lost when its process ends"


def _eviction(settings: Settings) -> Iterator[tuple[str, str]]:
    policy = str(settings["maxmemory-policy"])
    if policy != "noeviction" and str(settings["maxmemory"]) != "0":
        reason = "entries, and marks of what was removed, may be evicted"
        yield f"maxmemory-policy={policy} with maxmemory={settings['maxmemory']}", reason


def _is_yes(value: object) -> bool:
    """Whether a setting of Redis says yes, in Python's or in Redis's spelling."""
    return str(value).lower() in {"yes", "true"}


def _ends_redis(scenario: Scenario) -> bool:
    return any(
        FAULTS[spec.kind].ends_process
        and isinstance(spec.target, Service)
        and spec.target.name.startswith("redis")
        for step in scenario.steps
        for spec in step.faults
    )
