"""Anomalies of one hop, with what tells whether they may only be late."""

from collections.abc import Callable

from harness.checkers.arrays import Flags, Numbers
from harness.checkers.checker import Found
from harness.checkers.evidence import Evidence
from harness.model.verdict import Anomaly


def found_at(
    evidence: Evidence,
    kind: str,
    hop: str,
    cases: Numbers,
    passed: Flags,
    explain: Callable[[int], Anomaly],
) -> Found:
    """What a hop is to blame for.

    Of a hop that had not finished that is what it has `passed` over; where that is nothing, all of
    it may only be late.
    """
    if hop not in evidence.trails.late:
        return Found(kind, cases, explain, hop)
    certain = cases[passed]
    return Found(kind, certain if len(certain) else cases, explain, hop, late=not len(certain))
