"""A record whose send certainly failed is never read.

Evidence: an ok operation read a value whose send is `fail`.

UNKNOWN: never. Reports: `G1a`, once per read. Cost: O(placements), and O(reads) if there is any.
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.columns import FAIL
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

G1A = Kind(
    "G1a",
    meaning="A reader saw a record whose send certainly failed (an aborted read).",
    counted="{read|reads} saw a record whose send failed",
    weight=730,
    claim="integrity",
    effect="aborted",
)


@checker("aborted-read")
def aborted_read(evidence: Evidence) -> CheckResult:
    """Find reads of records whose send failed."""
    places, sends, reads = evidence.placements, evidence.sends, evidence.reads
    failed = places.seen_ok & (places.sender != NONE)
    failed[failed] = sends.outcome[places.sender[failed]] == FAIL
    none = np.zeros(0, dtype=np.intp)
    rows = np.flatnonzero(failed[places.of_read] & reads.ok) if failed.any() else none

    def explain(row: int) -> Anomaly:
        sender = int(places.sender[places.of_read[row]])
        proof = Proof(evidence, G1A).sent(sender).read(row, before="yet ")
        return proof.end(int(reads.log[row]))

    return report("aborted-read", Found(G1A, rows, explain))
