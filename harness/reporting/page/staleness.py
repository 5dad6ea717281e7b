"""Charts of how stale the rows were that readers of copies and caches saw, beside their bounds."""

import numpy as np
import polars as pl

from harness.checkers.evidence.pipeline.sight_trail import SightTrail
from harness.checkers.evidence.pipeline.trails import Trails
from harness.checkers.evidence.soundness import sound
from harness.history.history import History
from harness.model.facts import Facts
from harness.model.pipeline.workload import PipelineWorkload
from harness.reporting.page.axis import Axis
from harness.reporting.page.charts import Chart, filled, rounded
from harness.reporting.words import NS_PER_MS

QUANTILES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


def staleness_charts(
    axis: Axis, history: History, facts: Facts, workload: PipelineWorkload
) -> tuple[Chart, ...]:
    """One chart for each place that readers read; none for a workload without readers."""
    if not workload.readers:
        return ()
    sane, _ = sound(history)
    trails = Trails(sane, facts, workload)
    return tuple(_chart(axis, sights) for sights in trails.sights if len(sights.op))


def _chart(axis: Axis, sights: SightTrail) -> Chart:
    """Quantiles by when a read began; what readers were promised is a line."""
    found = (
        pl.DataFrame({"began_ns": sights.invoke_ns, "stale_ms": sights.staleness_ns / NS_PER_MS})
        .group_by(axis.bucket("began_ns"))
        .agg(
            pl.col("stale_ms").quantile(part, interpolation="higher").alias(name)
            for name, part in QUANTILES.items()
        )
    )
    labels = tuple(QUANTILES)
    columns = tuple(rounded(filled(axis, found, name, empty=np.nan)) for name in labels)
    bound_s = sights.copy.copy.staleness_s
    if bound_s is not None:
        labels += ("bound",)
        columns += ((bound_s * 1000,) * axis.buckets,)
    title = f"Staleness of reads from {sights.copy.hop.target}"
    return Chart(title=title, unit="ms", labels=labels, columns=columns)
