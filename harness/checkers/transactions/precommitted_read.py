"""A transaction does not see its own records: no reader sees a record before it is committed.

Evidence: an operation of any outcome that read a value which it sent itself.

UNKNOWN: never. Reports: `precommitted-read`, once per read. Cost: O(reads).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.columns import TXN
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

PRECOMMITTED_READ = Kind(
    "precommitted-read",
    meaning="A transaction saw a record that it had sent itself, before it committed.",
    counted="{read|reads} showed a transaction its own record before it committed",
    weight=720,
    claim="atomicity",
    effect="aborted",
)


@checker("precommitted-read")
def precommitted_read(evidence: Evidence) -> CheckResult:
    """Find transactions that read what they had sent themselves."""
    reads, sends, places = evidence.reads, evidence.sends, evidence.placements
    rows = np.flatnonzero((evidence.operations.f == TXN)[reads.op])
    sender = places.sender[places.of_read[rows]]
    rows, sender = rows[sender != NONE], sender[sender != NONE]
    rows = rows[sends.op[sender] == reads.op[rows]]

    def explain(row: int) -> Anomaly:
        proof = Proof(evidence, PRECOMMITTED_READ)
        proof.sent(int(places.sender[places.of_read[row]])).read(row, before="yet in it ")
        return proof.add("which was not committed yet").end(int(reads.log[row]))

    return report("precommitted-read", Found(PRECOMMITTED_READ, rows, explain))
