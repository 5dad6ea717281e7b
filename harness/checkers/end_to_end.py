"""How long records took from end to end, and for how long none arrived: measured by readers.

    end_to_end_ms_p50, _p99, _max   from when a record was asked to be written until it was read
    arrived, arrived_per_s          records that were read, from the first arrival to the last
    silence_ms_max                  longest time in which records were on their way and none arrived

The end is where readers are while traffic runs: consumers of topics, or the readers of a copy. Of a
pipeline a change has arrived when a reader saw it, or a later change of its row. When copies have
readers, each place is measured alone, and the last one on the way gives the numbers.

Evidence: none, these are measurements. UNKNOWN: never. Reports: no anomaly. Cost: O(n log n).
"""

import numpy as np
import polars as pl

from harness.checkers.arrays import NONE, Flags, Longs
from harness.checkers.checker import checker
from harness.checkers.columns import NEVER, OK
from harness.checkers.evidence import Evidence
from harness.checkers.pipeline.sight_trail import SightTrail
from harness.checkers.silence import longest_gap_ns
from harness.model.verdict import CheckResult

NS_PER_MS = 1e6
NS_PER_S = 1e9


@checker("end-to-end")
def end_to_end(evidence: Evidence) -> CheckResult:
    """Measure what readers at the end were given, and when."""
    sights = [each for each in evidence.trails.sights if len(each.op)]
    began, arrived = _of_rows(sights[-1]) if sights else _of_records(evidence)
    numbers = _numbers(began, arrived)
    return CheckResult(
        checker="end-to-end",
        statistics={name: round(float(number), 3) for name, number in numbers.items()},
    )


def _numbers(began: Longs, arrived: Longs) -> dict[str, float]:
    """Numbers of records by when each was asked for and when it arrived, or NEVER."""
    there = arrived != NEVER
    if not there.any():
        return {}
    latency = (arrived - began)[there]
    # The value at a rank, not one between two: a quantile that was really measured.
    p50, p99, most = np.quantile(latency, (0.5, 0.99, 1.0), method="higher") / NS_PER_MS
    span_s = (int(arrived[there].max()) - int(arrived[there].min())) / NS_PER_S
    order = np.argsort(began, kind="stable")
    silence_ns = longest_gap_ns(began[order], arrived[order], there[order])
    return {
        "end_to_end_ms_p50": p50,
        "end_to_end_ms_p99": p99,
        "end_to_end_ms_max": most,
        "arrived": int(there.sum()),
        "arrived_per_s": int(there.sum()) / span_s if span_s else 0.0,
        "silence_ms_max": silence_ns / NS_PER_MS,
    }


def _of_rows(sights: SightTrail) -> tuple[Longs, Longs]:
    """Changes whose write is known, and when a reader first saw each or a later one of its row."""
    source = sights.source
    changes = np.arange(source.count)
    began = source.begun_ns(changes)
    seen = np.flatnonzero(sights.change != NONE)
    first = (
        pl.DataFrame(
            {
                "entity": sights.entity[seen],
                "change": sights.change[seen],
                "arrived": sights.complete_ns[seen],
            }
        )
        .sort("change")
        .with_columns(pl.col("arrived").cum_min(reverse=True).over("entity"))
    )
    wanted = pl.DataFrame({"entity": source.entity.astype(np.int64), "change": changes})
    found = wanted.join_asof(
        first, on="change", by="entity", strategy="forward", check_sortedness=False
    )
    written = began != NONE
    return began[written], found["arrived"].fill_null(NEVER).to_numpy()[written]


def _of_records(evidence: Evidence) -> tuple[Longs, Longs]:
    """Acknowledged records of topics that have consumers, and when one was first handed each."""
    reads, sends, operations = evidence.reads, evidence.sends, evidence.operations
    handed: Flags = reads.ok & ~reads.final
    arrived = np.full(len(evidence.placements.value), NEVER)
    rows = np.flatnonzero(handed)
    np.minimum.at(
        arrived, evidence.placements.of_read[rows], operations.complete_ns[reads.op[rows]]
    )
    first = np.full(len(sends.value), NEVER)
    senders = evidence.placements.sender
    known = np.flatnonzero(senders != NONE)
    np.minimum.at(first, senders[known], arrived[known])
    read_topics = np.unique(evidence.topic_of_log[reads.log[rows]]) if len(rows) else rows
    counted = np.isin(sends.topic, read_topics) & ((sends.outcome == OK) | (first != NEVER))
    return operations.invoke_ns[sends.op[counted]], first[counted]
