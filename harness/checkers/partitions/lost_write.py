"""An acknowledged record stays in its partition.

Evidence: a send that is ok, and a complete final read of its log that lacks its value; for a log
without one, readers who passed it by (see `absence`). The reference also calls a record lost that
only a failed operation read; it is in the log, so it is not.

UNKNOWN: never by itself; an incomplete final read is the judge's to report.
Reports: `lost-write`. Cost: O(records).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.absence import absent_at_the_end, passed_by
from harness.checkers.evidence.columns import OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import ACKED, Kind
from harness.model.verdict import Anomaly, CheckResult

LOST_WRITE = Kind(
    "lost-write",
    meaning="A record was acknowledged, yet its partition does not hold it.",
    counted="{was|were} lost",
    total=ACKED,
    weight=820,
    claim="durability",
    effect="lost",
    rests_on_absence=True,
)


@checker("lost-write")
def lost_write(evidence: Evidence) -> CheckResult:
    """Find acknowledged records that their log does not hold."""
    acknowledged = np.flatnonzero(evidence.sends.outcome == OK)
    lost = np.union1d(absent_at_the_end(evidence, acknowledged), passed_by(evidence))
    return report("lost-write", Found(LOST_WRITE, lost, lambda row: _explain(evidence, row)))


def _explain(evidence: Evidence, row: int) -> Anomaly:
    proof = Proof(evidence, LOST_WRITE).sent(row).absent(row)
    return proof.end(int(evidence.sends.log[row]))
