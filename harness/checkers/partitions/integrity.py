"""What is read was sent, to that topic, and into the partition that its sender was told.

Evidence: a value that any operation read and no send wrote (`phantom`; also a payload that is none
of ours); a value read from a log of another topic, or from another log than its sender was told
(`misrouted`).

UNKNOWN: never. Reports: `phantom`, `misrouted`, once per value and place. Cost: O(placements).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.model.verdict import Anomaly, CheckResult

PHANTOM = Kind(
    "phantom",
    meaning="A reader saw a value that no producer sent.",
    counted="{record was|records were} read that no producer sent",
    weight=750,
    claim="integrity",
    rests_on_absence=True,
)
MISROUTED = Kind(
    "misrouted",
    meaning="A record was read from another topic than it was sent to, or from another partition "
    "than its producer was told.",
    counted="{record was|records were} read from the wrong partition",
    weight=740,
    claim="integrity",
)


@checker("integrity")
def integrity(evidence: Evidence) -> CheckResult:
    """Find records that nobody sent, or that stand where nobody sent them."""
    places, sends = evidence.placements, evidence.sends
    strange = np.flatnonzero(places.seen & (places.sender == NONE))
    ours = np.flatnonzero(places.seen & (places.sender != NONE))
    log, sender = places.log(ours), places.sender[ours]
    told = sends.log[sender]
    wrong = evidence.topic_of_log[log] != sends.topic[sender]
    wrong |= (told != NONE) & (told != log)
    return report(
        "integrity",
        Found(PHANTOM, strange, lambda place: _phantom(evidence, place)),
        Found(MISROUTED, ours[wrong], lambda place: _misrouted(evidence, place)),
    )


def _phantom(evidence: Evidence, place: int) -> Anomaly:
    row = int(evidence.readers(place)[0])
    proof = Proof(evidence, PHANTOM).read(row)
    ours = evidence.reads.value[row] != NOTHING
    proof.add("which no operation sent" if ours else "which no sender of this harness can write")
    return proof.end(int(evidence.reads.log[row]))


def _misrouted(evidence: Evidence, place: int) -> Anomaly:
    row = int(evidence.readers(place)[0])
    proof = Proof(evidence, MISROUTED).sent(int(evidence.placements.sender[place]))
    return proof.read(row, before="yet ").end(int(evidence.reads.log[row]))
