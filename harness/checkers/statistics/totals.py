"""Statistics of a run; not part of the verdict.

    sends, or writes of a pipeline       records sent, or transactions asked of the source
    acked, failed                        how many of them are ok, and certainly did not happen
    acked_per_s                          from the first invocation to the last ok
    latency_ms_p50, _p95, _p99, _max     of those that are ok
    unavailable_ms_max[NAME]             longest time in which those of that process were
                                         outstanding and none came back ok

Of logs:

    polled, polled_per_s                 records that ok polls handed out, final read left out
    realtime_lag_ms_max                  see `lag`
    consumed_again, consume_count_max    records that one subscribed process was handed more than
                                         once, and the most often that any was

Of transactions, where producers write in them:

    transactions, committed, aborted     begun; those that are ok; those that certainly are not
    transaction_ms_max                   the longest of them, from its begin to its end

Of a pipeline, as far as it has such places:

    changes                              committed changes of rows, from the source's binary log
    events, rows                         what the final read found in topics, and in copies
    sightings                            of rows, by readers while traffic ran

Evidence: none, these are measurements. UNKNOWN: never. Reports: no anomaly. Cost: O(n log n).
"""

import numpy as np
import polars as pl

from harness.checkers.checker import checker
from harness.checkers.evidence.arrays import Numbers
from harness.checkers.evidence.columns import FAIL, NEVER, OK, SUBSCRIBE, TXN, WRITE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.lag import lag_ns_max
from harness.checkers.evidence.silence import longest_gap_ns
from harness.model.verdict import CheckResult

NS_PER_MS = 1e6
NS_PER_S = 1e9


@checker("statistics")
def statistics(evidence: Evidence) -> CheckResult:
    """Measure rates, latencies, unavailability, lag and repeated consumption."""
    asked: Numbers = evidence.sends.op
    scenario, noun = evidence.scenario, "sends"
    if scenario.pipeline.tables:
        writes = np.flatnonzero(evidence.operations.f == WRITE)
        beside = bool(scenario.log_workload.topics)
        asked = np.sort(np.concatenate([asked, writes])) if beside else writes
        noun = "sends and writes" if beside else "writes"
    numbers = {noun: len(asked), **_answers(evidence, asked)}
    if scenario.has_pipeline:
        numbers |= _flow(evidence)
    if scenario.has_log:
        numbers |= {**_reading(evidence), **_transactions(evidence)}
    return CheckResult(
        checker="statistics",
        statistics={name: round(float(number), 3) for name, number in numbers.items()},
    )


def _answers(evidence: Evidence, asked: Numbers) -> dict[str, float]:
    """How what was asked for was answered; `asked` has the operation of each record or write."""
    operations = evidence.operations
    outcome = operations.outcome[asked]
    acked = asked[outcome == OK]
    numbers: dict[str, float] = {
        "acked": len(acked),
        "failed": int(np.count_nonzero(outcome == FAIL)),
    }
    if len(acked):
        ended = operations.complete_ns[acked]
        latency = ended - operations.invoke_ns[acked]
        span_ns = int(ended.max()) - int(operations.invoke_ns[asked[0]])
        numbers["acked_per_s"] = _rate(len(acked), span_ns)
        # The value at a rank, not one between two: a quantile that was really measured.
        p50, p95, p99 = np.quantile(latency, (0.5, 0.95, 0.99), method="higher") / NS_PER_MS
        numbers |= {"latency_ms_p50": p50, "latency_ms_p95": p95, "latency_ms_p99": p99}
        numbers["latency_ms_max"] = latency.max() / NS_PER_MS
    return numbers | _unavailability(evidence, asked)


def _transactions(evidence: Evidence) -> dict[str, float]:
    operations = evidence.operations
    op = np.flatnonzero(operations.f == TXN)
    if not len(op):
        return {}
    ended = op[operations.complete_ns[op] != NEVER]
    took_ns = operations.complete_ns[ended] - operations.invoke_ns[ended]
    return {
        "transactions": len(op),
        "committed": int(np.count_nonzero(operations.outcome[op] == OK)),
        "aborted": int(np.count_nonzero(operations.outcome[op] == FAIL)),
        "transaction_ms_max": took_ns.max(initial=0) / NS_PER_MS,
    }


def _unavailability(evidence: Evidence, asked: Numbers) -> dict[str, float]:
    operations = evidence.operations
    op = np.unique(asked)
    asking = operations.process[op]
    numbers = {}
    for process in np.unique(asking).tolist():
        own = op[asking == process]
        name = evidence.process_names.get(process, str(process))
        gap_ns = longest_gap_ns(
            operations.invoke_ns[own], operations.complete_ns[own], operations.outcome[own] == OK
        )
        numbers[f"unavailable_ms_max[{name}]"] = gap_ns / NS_PER_MS
    return numbers


def _flow(evidence: Evidence) -> dict[str, float]:
    """What went through a pipeline, as far as it has such places."""
    flow, workload = evidence.history.flow, evidence.scenario.pipeline
    origin = [evidence.trails.source.place(workload.source)]
    numbers: dict[str, float] = {"changes": len(flow.changes)}
    if workload.paths:
        numbers["events"] = len(flow.events)
    if any(hop.kind != "feed" for hop in evidence.trails.hops):
        numbers["rows"] = len(flow.rows.filter(~pl.col("place").is_in(origin)))
    if workload.readers or workload.races:
        numbers["sightings"] = len(flow.sightings)
    return numbers


def _reading(evidence: Evidence) -> dict[str, float]:
    return {
        **_polling(evidence),
        **_consumption(evidence),
        "realtime_lag_ms_max": lag_ns_max(evidence) / NS_PER_MS,
    }


def _polling(evidence: Evidence) -> dict[str, float]:
    reads, operations = evidence.reads, evidence.operations
    polled = np.flatnonzero(reads.ok & ~reads.final)
    if not len(polled):
        return {"polled": 0}
    first, last = reads.op[polled[0]], reads.op[polled[-1]]
    span_ns = int(operations.complete_ns[last]) - int(operations.invoke_ns[first])
    return {"polled": len(polled), "polled_per_s": _rate(len(polled), span_ns)}


def _consumption(evidence: Evidence) -> dict[str, float]:
    reads, operations = evidence.reads, evidence.operations
    subscribed = np.flatnonzero((operations.f == SUBSCRIBE) & (operations.outcome == OK))
    counted = reads.ok & ~reads.final
    again, most = 0, 0
    for process in np.unique(operations.process[subscribed]).tolist():
        mine = operations.process == process
        since = subscribed[mine[subscribed]][0]
        mine[:since] = False
        counts = np.bincount(evidence.placements.of_read[counted & mine[reads.op]])
        again += int(np.count_nonzero(counts > 1))
        most = max(most, int(counts.max(initial=0)))
    return {"consumed_again": again, "consume_count_max": most}


def _rate(count: int, span_ns: int) -> float:
    return count / (span_ns / NS_PER_S) if span_ns > 0 else 0.0
