"""End-to-end latency of records, and the longest outage, measured by readers.

    records                         records that producers sent, or changes that writers made
    end_to_end_ms_p50, _p99, _max   from when a record was asked to be written until it was read
    arrived, arrived_per_s          records that were read, from the first arrival to the last
    silence_ms_max                  longest time in which records were on their way and none arrived

The end is where readers are while traffic runs: consumers of topics, or the readers of the last
copy that has any. A record has arrived when it was handed to a consumer, or what processors made of
it was; a change when a reader saw it, or a later change of its row.

Evidence: none, these are measurements. UNKNOWN: never. Reports: no anomaly. Cost: O(n log n).
"""

import numpy as np
import polars as pl

from harness.checkers.checker import checker
from harness.checkers.evidence.arrays import NONE, Longs, Numbering, Rows
from harness.checkers.evidence.columns import NEVER, OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.sight_trail import SightTrail
from harness.checkers.evidence.silence import longest_gap_ns
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
        return {"records": len(began)}
    latency = (arrived - began)[there]
    # The value at a rank, not one between two: a quantile that was really measured.
    p50, p99, most = np.quantile(latency, (0.5, 0.99, 1.0), method="higher") / NS_PER_MS
    span_s = (int(arrived[there].max()) - int(arrived[there].min())) / NS_PER_S
    order = np.argsort(began, kind="stable")
    silence_ns = longest_gap_ns(began[order], arrived[order], there[order])
    return {
        "records": len(began),
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
    """Records that producers sent, and when a consumer was first handed each, or a result of it."""
    reads, sends, places = evidence.reads, evidence.sends, evidence.placements
    processors = evidence.history.processes.filter(pl.col("client") == "processor")["process"]
    by_processor = np.isin(evidence.operations.process, processors.to_numpy())
    rows = np.flatnonzero(reads.ok & ~reads.final & ~by_processor[reads.op])
    handed_ns = np.full(len(places.value), NEVER)
    np.minimum.at(handed_ns, places.of_read[rows], evidence.operations.complete_ns[reads.op[rows]])
    known = np.flatnonzero(places.sender != NONE)
    origin = _origin(evidence)
    arrived = np.full(len(sends.value), NEVER)
    np.minimum.at(arrived, origin[places.sender[known]], handed_ns[known])
    sent = origin == np.arange(len(origin))
    if len(evidence.history.origins) == 0:
        sent &= np.isin(sends.topic, evidence.topic_of_log[np.unique(reads.log[rows])])
    sent &= (sends.outcome == OK) | (arrived != NEVER)
    return evidence.operations.invoke_ns[sends.op[sent]], arrived[sent]


def _origin(evidence: Evidence) -> Rows:
    """Per send: the send that its record was made from in the end; itself, of what nobody made."""
    numbering = Numbering(evidence.sends.value)
    made = evidence.history.origins
    result, source = (
        numbering.rows_of(made[name].to_numpy()).astype(np.intp) for name in ("value", "origin")
    )
    both = (result != NONE) & (source != NONE)
    origin: Rows = np.arange(len(evidence.sends.value))
    origin[result[both]] = source[both]
    while (origin[origin] != origin).any():
        origin = origin[origin]
    return origin
