"""Committed records reach their readers within the promised time.

Consumers may be promised a bound (`within_ms`). Evidence: a record that was acknowledged, and that
no consumer of that kind was given within the bound, counted from the acknowledgement; what it was
never given counts until the last moment of the run. One record that is late makes all behind it
late, so each kind and log is reported once, by the record that waited longest. What stands between
it and what the readers had before, of a transaction that was not committed, is named as well: a
reader of committed records waits for an open transaction to end.

UNKNOWN: never. Reports: `stuck`, once per kind of consumers and log. Cost: O(records) per kind.
"""

from dataclasses import dataclass

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Longs, Rows
from harness.checkers.evidence.columns import NEVER, OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof, times_of
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult
from harness.model.workload import Consumers

STUCK = Kind(
    "stuck",
    meaning="An acknowledged record reached a reader later than the reader was promised.",
    counted="{partition|partitions} kept readers waiting for longer than promised",
    weight=670,
    claim="progress",
)

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Wait:
    """The longest wait of a kind for a record of a log."""

    consumers: Consumers
    row: int
    """Of sends."""
    wait_ns: int
    given: bool


@checker("stuck")
def stuck(evidence: Evidence) -> CheckResult:
    """Find consumers that waited for longer than they were promised."""
    waits = [
        wait
        for consumers in evidence.scenario.log_workload.consumers
        if consumers.within_ms is not None
        for wait in _longest(evidence, consumers)
        if wait.wait_ns > consumers.within_ms * NS_PER_MS
    ]
    cases = np.arange(len(waits))
    found = Found(STUCK, cases, lambda case: _explain(evidence, waits[case]))
    return report("stuck", found)


def _longest(evidence: Evidence, consumers: Consumers) -> list[_Wait]:
    """The longest wait for each log of the topic."""
    sends, operations, places = evidence.sends, evidence.operations, evidence.placements
    given = _first_given(evidence, consumers)
    rows = np.flatnonzero((sends.outcome == OK) & (evidence.stands != NONE))
    log = places.log(evidence.stands[rows])
    names = [name.rpartition("-")[0] for name in evidence.log_names]
    mine = np.array([name == consumers.topic for name in names], dtype=np.bool_)[log]
    rows, log = rows[mine], log[mine]
    ended = operations.complete_ns
    last = int(ended[ended != NEVER].max(initial=0))
    when = given[evidence.stands[rows]]
    wait = np.where(when == NEVER, last, when) - ended[sends.op[rows]]
    return [
        _Wait(consumers, int(rows[at]), int(wait[at]), bool(when[at] != NEVER))
        for number in np.unique(log).tolist()
        for at in [int(np.flatnonzero(log == number)[np.argmax(wait[log == number])])]
    ]


def _reads(evidence: Evidence, consumers: Consumers) -> Rows:
    """Rows of reads of ok polls of that kind."""
    frame = evidence.history.processes
    members = frame.filter(frame["kind"] == consumers.name)["process"].to_list()
    of_kind = np.isin(evidence.operations.process, members)
    return np.flatnonzero(of_kind[evidence.reads.op] & evidence.reads.ok)


def _first_given(evidence: Evidence, consumers: Consumers) -> Longs:
    """Per placement: when a consumer of that kind was first given it; NEVER when none was."""
    rows = _reads(evidence, consumers)
    given = np.full(len(evidence.placements.value), NEVER, dtype=np.int64)
    when = evidence.operations.complete_ns[evidence.reads.op[rows]]
    np.minimum.at(given, evidence.placements.of_read[rows], when)
    return given


def _explain(evidence: Evidence, wait: _Wait) -> Anomaly:
    sends, kind = evidence.sends, wait.consumers
    log = int(evidence.placements.log(evidence.stands[wait.row : wait.row + 1])[0])
    proof = Proof(evidence, STUCK).sent(wait.row)
    proof.add(f"it {times_of(evidence, int(sends.op[wait.row]))}")
    place = int(evidence.stands[wait.row])
    rows = _reads(evidence, kind)
    readers = rows[evidence.placements.of_read[rows] == place]
    if wait.given:
        first = readers[np.argmin(evidence.operations.complete_ns[evidence.reads.op[readers]])]
        proof.read(int(first), before="only then ")
        proof.add(f"it {times_of(evidence, int(evidence.reads.op[first]))}")
    else:
        proof.add(f"and no {kind.name} was ever given it")
    proof.add(
        f"that is {wait.wait_ns / NS_PER_MS:,.0f} ms later; {kind.name} is promised "
        f"{kind.within_ms:,} ms"
    )
    for row in _in_the_way(evidence, kind, wait.row, log)[:1].tolist():
        proof.sent(row, before="below it, ")
        proof.add("a reader of committed records waits for the end of such a transaction")
    return proof.end(log)


def _in_the_way(evidence: Evidence, kind: Consumers, late: int, log: int) -> Rows:
    """Records of transactions that were not committed, between what was read before and `late`."""
    sends, reads = evidence.sends, evidence.reads
    rows = _reads(evidence, kind)
    ended = evidence.operations.complete_ns
    before = rows[(reads.log[rows] == log) & (ended[reads.op[rows]] < ended[sends.op[late]])]
    reached = int(reads.offset[before].max(initial=-1))
    between = (sends.log == log) & (sends.offset > reached)
    between &= sends.offset < evidence.placements.offset(evidence.stands[late : late + 1])[0]
    found: Rows = np.flatnonzero(between & sends.txn & (sends.outcome != OK))
    return found[np.argsort(sends.offset[found], kind="stable")]
