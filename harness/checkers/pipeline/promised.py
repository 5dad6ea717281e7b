"""The claims that a pipeline can make at all."""

from harness.model.pipeline import Path, PipelineWorkload

ON_CONNECT = ("debezium", "jdbc")
"""Kinds of feeds and copies that are connectors."""


def pipeline_claims(workload: PipelineWorkload) -> tuple[str, ...]:
    """Claims about something that is there: no convergence without copies, no freshness unread."""
    copies = [*workload.caches, *(copy for path in workload.paths for copy in path.copies)]
    return (
        *(("capture", "capture-once", "change-order") if workload.paths else ()),
        *(("convergence",) if copies else ()),
        *(("running",) if any(_has_connector(path) for path in workload.paths) else ()),
        *(("freshness",) if workload.readers else ()),
        "source-durability",
    )


def _has_connector(path: Path) -> bool:
    return path.feed.kind in ON_CONNECT or any(copy.kind in ON_CONNECT for copy in path.copies)
