"""A record is in its partition once.

Evidence: a value at two or more offsets of one log, as seen by readers (of any outcome) or told to
senders that must have committed. Values that nobody of ours wrote (NOTHING) are not compared.

UNKNOWN: never. Reports: `duplicate`, once per log and value. Cost: O(placements).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Numbers
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.model.verdict import Anomaly, CheckResult

DUPLICATE = Kind(
    "duplicate",
    meaning="A record is at two or more offsets of a partition.",
    counted="{record is|records are} in {its|their} partition more than once",
    weight=650,
    claim="no-duplicates",
    effect="duplicated",
)


@checker("duplicate")
def duplicate(evidence: Evidence) -> CheckResult:
    """Find values with several places in one log."""
    places = evidence.placements
    again = _repeated(evidence)
    log, cell, value = places.log(again), places.cell(again), places.value[again]
    order = np.lexsort((cell, value, log))
    again, log, value = again[order], log[order], value[order]
    new = np.ones(len(again), dtype=np.bool_)
    new[1:] = (np.diff(log) != 0) | (np.diff(value) != 0)
    begins = np.flatnonzero(new)
    counts = np.diff(np.append(begins, len(again)))
    several = np.flatnonzero(counts >= 2)

    def explain(number: int) -> Anomaly:
        begin = int(begins[number])
        return _explain(evidence, again[begin : begin + int(counts[number])])

    return report("duplicate", Found(DUPLICATE, several, explain))


def _repeated(evidence: Evidence) -> Numbers:
    """Placements whose value has another one somewhere."""
    places = evidence.placements
    sender = places.sender
    ours = np.flatnonzero(places.certain & (sender != NONE))
    ours = ours[evidence.repeated[sender[ours]]]
    # Values that nobody sent are few, in a history that is not garbage.
    strange = np.flatnonzero(places.certain & (sender == NONE) & (places.value != NOTHING))
    return np.concatenate([ours, strange])


def _explain(evidence: Evidence, mine: Numbers) -> Anomaly:
    places = evidence.placements
    proof = Proof(evidence, DUPLICATE)
    sender = int(places.sender[mine[0]])
    if sender != NONE:
        proof.sent(sender)
    for place in mine.tolist():
        rows = evidence.readers(place)
        if len(rows):
            proof.read(int(rows[0]))
    offsets = ", ".join(str(offset) for offset in places.offset(mine).tolist())
    return proof.add(f"so it is at offsets {offsets}").end(int(places.log(mine[:1])[0]))
