"""Hops of a pipeline, and the places that they connect, by the names that steps and reports use."""

from typing import Literal

from harness.model.pipeline.paths import CONNECTORS, Copy, Path
from harness.model.pipeline.systems import SourceName
from harness.model.pipeline.traffic import Cache
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.value import Value

APPLICATION = "app"
"""What stands for a path where the application itself is the way: no path may be called so."""


class Hop(Value, frozen=True, kw_only=True):
    """One step of a path: from one place to the next."""

    name: str
    path: str
    origin: str
    """The place that feeds it."""
    target: str
    """The place that it fills."""
    kind: Literal["feed", "copy", "cache"]


def topic_names(workload: PipelineWorkload) -> tuple[str, ...]:
    """Topics as steps and reports name them: `path/table`."""
    return tuple(
        f"{path.name}/{table.name}" for path in workload.paths for table in workload.tables
    )


def topic_place(path: Path) -> str:
    """The place that a path's change topics are together."""
    return f"{path.name}/topics"


def copy_place(path: Path, copy: Copy) -> str:
    """The place that one copy is."""
    return f"{path.name}/{copy.name}"


def exits(path: Path) -> tuple[str, ...]:
    """The places where a path ends: its copies, or its topics where it has none."""
    return tuple(copy_place(path, copy) for copy in path.copies) or (topic_place(path),)


def connector_places(workload: PipelineWorkload) -> tuple[str, ...]:
    """Places that a connector fills; by them steps name tasks."""
    return tuple(
        place
        for path in workload.paths
        for kind, place in (
            (path.feed.kind, topic_place(path)),
            *((copy.kind, copy_place(path, copy)) for copy in path.copies),
        )
        if kind in CONNECTORS
    )


def writers_hop(source: SourceName) -> str:
    """The name of the hop from the writers into the source."""
    return f"writers → {source}"


def feed_hop(path: Path, source: SourceName) -> Hop:
    """From the source into the topics of a path."""
    topics = topic_place(path)
    name = f"{source} → {topics} ({path.feed.kind})"
    return Hop(name=name, path=path.name, origin=source, target=topics, kind="feed")


def copy_hop(path: Path, copy: Copy) -> Hop:
    """From the topics of a path into a copy."""
    topics, place = topic_place(path), copy_place(path, copy)
    name = f"{topics} → {place} ({copy.kind})"
    return Hop(name=name, path=path.name, origin=topics, target=place, kind="copy")


def cache_place(cache: Cache) -> str:
    """The place that a cache of the application is."""
    return f"{APPLICATION}/{cache.name}"


def cache_hop(cache: Cache, source: SourceName) -> Hop:
    """From the source into a cache of the application."""
    place = cache_place(cache)
    name = f"{source} → {place} ({cache.kind})"
    return Hop(name=name, path=APPLICATION, origin=source, target=place, kind="cache")


def path_hops(path: Path, source: SourceName) -> tuple[Hop, ...]:
    """The hops of a path, its feed's first."""
    return (feed_hop(path, source), *(copy_hop(path, copy) for copy in path.copies))


def hop_names(path: Path, source: SourceName) -> tuple[str, ...]:
    """The names of these hops."""
    return tuple(hop.name for hop in path_hops(path, source))


def hops(workload: PipelineWorkload) -> tuple[Hop, ...]:
    """Every hop of every path, in the order in which a change takes them; then the caches."""
    source = workload.source
    of_paths = (hop for path in workload.paths for hop in path_hops(path, source))
    return (*of_paths, *(cache_hop(cache, source) for cache in workload.caches))
