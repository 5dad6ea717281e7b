"""A latest-value consumer ends with the topic's latest value per key.

Evidence: a tombstone that was acknowledged and is the last record of its key by the offsets that
senders were told; a kind of consumers that was given an earlier record of that key, which is not a
tombstone, as the last one of it, and a record behind the tombstone. To them the key is alive.

Keys with a send whose outcome nobody knows are left out: it may have been the last one.

UNKNOWN: never by itself. Reports: `resurrected-key`, once per kind of consumers and key.
Cost: O(records).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.columns import INFO, OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

RESURRECTED_KEY = Kind(
    "resurrected-key",
    meaning="A key was deleted, yet the last record of it that a consumer received is alive.",
    counted="deleted {key is|keys are} alive for a consumer",
    weight=330,
    claim="last-values",
)


@checker("resurrected-key")
def resurrected_key(evidence: Evidence) -> CheckResult:
    """Find keys that were deleted, and are alive for consumers."""
    pairs: list[tuple[int, int]] = []
    if evidence.tombstones.any():
        for kind in evidence.history.processes.filter(client="consumer")["kind"].unique().sort():
            pairs += _alive(evidence, kind)
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def explain(case: int) -> Anomaly:
        row, read = both[case].tolist()
        proof = Proof(evidence, RESURRECTED_KEY).sent(row)
        proof.add(f"that deleted key {int(evidence.sends.key[row])} for good")
        proof.read(read, before="yet the last that a consumer was given of it: ")
        return proof.end(int(evidence.sends.log[row]))

    return report("resurrected-key", Found(RESURRECTED_KEY, np.arange(len(both)), explain))


def _alive(evidence: Evidence, kind: str) -> list[tuple[int, int]]:
    """Rows of tombstones, each with the row of reads that consumers of that kind believe."""
    sends, reads, places = evidence.sends, evidence.reads, evidence.placements
    names = evidence.history.processes.filter(client="consumer", kind=kind)["process"].to_numpy()
    sender = places.sender[places.of_read]
    mine = np.isin(evidence.operations.process[reads.op], names) & (sender != NONE) & ~reads.final
    given = np.flatnonzero(mine)
    given = given[np.argsort(reads.offset[given], kind="stable")]
    last = {(int(reads.log[row]), int(sends.key[sender[row]])): row for row in given.tolist()}
    furthest = dict(zip(reads.log[given].tolist(), reads.offset[given].tolist(), strict=True))
    return [
        (row, last[log, key])
        for (log, key), row in _deleted(evidence).items()
        if (log, key) in last
        and not evidence.tombstones[sender[last[log, key]]]
        and furthest[log] > sends.offset[row]
    ]


def _deleted(evidence: Evidence) -> dict[tuple[int, int], int]:
    """By log and key: the row of the tombstone that is the key's last record."""
    sends = evidence.sends
    unsure = np.unique(sends.key[sends.outcome == INFO])
    told = np.flatnonzero((sends.outcome == OK) & sends.told & (sends.key >= 0))
    told = told[~np.isin(sends.key[told], unsure)]
    told = told[np.argsort(sends.offset[told], kind="stable")]
    last = {(int(sends.log[row]), int(sends.key[row])): row for row in told.tolist()}
    return {at: row for at, row in last.items() if evidence.tombstones[row]}
