"""A compacted partition keeps the last record of every key, and tombstones as long as promised.

Evidence, of logs of compacted topics with a complete final read: the last record of a key by the
offsets that senders were told. The final read must hold it, or a later one of that key, unless it
is a tombstone. A tombstone that is the last of its key must be there as well while it is younger,
at the end of the final read of its log, than `delete.retention.ms` ever was: its time only begins
when the cleaner comes by, later than that.

Keys with a send whose outcome nobody knows are left out: it may have been the last one.

UNKNOWN: never by itself. Reports: `lost-latest`, `early-burial`, once per key. Cost: O(records).
"""

from typing import NamedTuple

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Longs, Rows
from harness.checkers.evidence.columns import INFO
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.cleanup import is_ever, values_of
from harness.model.verdict import Anomaly, CheckResult
from harness.model.workload import Topic

LOST_LATEST = Kind(
    "lost-latest",
    meaning="A compacted partition lacks the last record of a key.",
    counted="{key|keys} lost {its|their} last record to compaction",
    weight=350,
    claim="compaction",
    rests_on_absence=True,
)
EARLY_BURIAL = Kind(
    "early-burial",
    meaning="A compacted partition lacks a tombstone that is younger than it must be kept.",
    counted="{tombstone was|tombstones were} removed too early",
    weight=340,
    claim="compaction",
    rests_on_absence=True,
)


class Missing(NamedTuple):
    """Rows of sends that were the last of their keys and are not in their log."""

    records: Rows
    tombstones: Rows


@checker("compaction")
def compaction(evidence: Evidence) -> CheckResult:
    """Find keys that lost their last record, or their tombstone too early."""
    compacted = [
        (topic, log)
        for topic in evidence.scenario.log_workload.topics
        if is_ever(evidence.scenario, topic, "compact")
        for log, name in enumerate(evidence.log_names)
        if name in evidence.ends and name.rpartition("-")[0] == topic.name
    ]
    missing = [_missing(evidence, topic, log) for topic, log in compacted]
    none: Rows = np.zeros(0, dtype=np.intp)
    records = np.concatenate([none, *(each.records for each in missing)])
    tombstones = np.concatenate([none, *(each.tombstones for each in missing)])
    return report(
        "compaction",
        Found(LOST_LATEST, records, lambda row: _explain(evidence, LOST_LATEST, row)),
        Found(EARLY_BURIAL, tombstones, lambda row: _explain(evidence, EARLY_BURIAL, row)),
    )


def _missing(evidence: Evidence, topic: Topic, log: int) -> Missing:
    sends = evidence.sends
    told = np.flatnonzero((sends.log == log) & (sends.offset >= evidence.starts[log]))
    told = told[(sends.key[told] >= 0) & evidence.placements.committed[told]]
    unsure = np.unique(sends.key[(sends.outcome == INFO) & np.isin(sends.log, [log, NONE])])
    told = told[~np.isin(sends.key[told], unsure)]
    last = _last_of_key(sends.key, sends.offset, told)
    last = last[_end_of_keys(evidence, log, sends.key[last]) < sends.offset[last]]
    deletes = evidence.tombstones[last]
    young = _age_ms(evidence, log, last) < min(
        int(each.value) for each in values_of(evidence.scenario, topic, "delete.retention.ms")
    )
    return Missing(records=last[~deletes], tombstones=last[deletes & young])


def _last_of_key(key: Longs, offset: Longs, rows: Rows) -> Rows:
    """Of `rows`, the one with the highest offset of each key."""
    rows = rows[np.lexsort((offset[rows], key[rows]))]
    last: Rows = rows[np.append(np.diff(key[rows]) != 0, True)[: len(rows)]]
    return last


def _end_of_keys(evidence: Evidence, log: int, keys: Longs) -> Longs:
    """The offset of the last record of each of `keys` in the final read of `log`, else NONE."""
    reads, places = evidence.reads, evidence.placements
    final = np.flatnonzero(reads.final & (reads.log == log))
    sender = places.sender[places.of_read[final]]
    final, sender = final[sender != NONE], sender[sender != NONE]
    ends = dict(zip(evidence.sends.key[sender].tolist(), reads.offset[final].tolist(), strict=True))
    return np.array([ends.get(key, NONE) for key in keys.tolist()], dtype=np.int64)


def _age_ms(evidence: Evidence, log: int, rows: Rows) -> Longs:
    """How old records were, at most, when the final read of their log was over."""
    final = evidence.reads.op[evidence.reads.final & (evidence.reads.log == log)]
    end_ns = int(evidence.operations.complete_ns[final].max(initial=0))
    age_ms: Longs = (end_ns - evidence.operations.invoke_ns[evidence.sends.op[rows]]) // 1_000_000
    return age_ms


def _explain(evidence: Evidence, kind: Kind, row: int) -> Anomaly:
    log, offset = int(evidence.sends.log[row]), int(evidence.sends.offset[row])
    what = "a tombstone and " if evidence.tombstones[row] else ""
    proof = Proof(evidence, kind).sent(row)
    proof.add(f"it was {what}the last record of key {int(evidence.sends.key[row])}")
    return proof.without(log, offset).end(log)
