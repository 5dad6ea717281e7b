"""The claims that a pipeline can make at all."""

from harness.model.pipeline.feed_format import FeedFormat
from harness.model.pipeline.hops import connector_places
from harness.model.pipeline.workload import PipelineWorkload


def pipeline_claims(workload: PipelineWorkload) -> tuple[str, ...]:
    """Claims about something that is there: no convergence without copies, no freshness unread."""
    sinks = [copy for path in workload.paths for copy in path.copies]
    copies = [*workload.caches, *sinks]
    # A row that was unwrapped does not say what it was before.
    chained = not any(FeedFormat(path.feed).deletes for path in workload.paths)
    return (
        *(("capture", "capture-once") if workload.paths else ()),
        *(("change-order",) if workload.paths and chained else ()),
        *(("schema-ids",) if workload.paths else ()),
        *(("convergence",) if copies else ()),
        *(("no-skips",) if any(copy.kind == "jdbc" for copy in sinks) else ()),
        *(("running",) if connector_places(workload) else ()),
        *(("freshness",) if workload.readers else ()),
        "source-durability",
    )
