"""A reader of a copy sees no row that is staler than promised.

Evidence: a read that is ok and began later than the copy's `staleness_s` after a newer row than the
one it shows was acknowledged. Of every sight that lower bound of its staleness is measured, whether
there is a promise or not. A row that stays stale for ever is a `stale-row` of the final read.

UNKNOWN: never. Reports: `stale-beyond-bound`, once per sight. Statistics: `staleness_ms_p50`,
`_p99`, `_max` of each copy. Cost: O(n log n).
"""

import msgspec
import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.evidence.pipeline.sight_trail import SightTrail
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

STALE_BEYOND_BOUND = Kind(
    "stale-beyond-bound",
    meaning="A reader of a copy saw a row that had been out of date for longer than promised.",
    counted="{time|times} a reader saw a row staler than promised",
    weight=40,
    claim="freshness",
    hop_column="stale",
)

NS_PER_S = 1_000_000_000
NS_PER_MS = 1e6


@checker("stale-beyond-bound")
def stale_beyond_bound(evidence: Evidence) -> CheckResult:
    """Find sights staler than promised, and measure the staleness of all."""
    sights = evidence.trails.sights
    found = [_of_copy(evidence, each) for each in sights]
    statistics: dict[str, float] = {}
    for each in sights:
        statistics |= _measured(each)
    return msgspec.structs.replace(report("stale-beyond-bound", *found), statistics=statistics)


def _measured(sights: SightTrail) -> dict[str, float]:
    if not len(sights.op):
        return {}
    # The value at a rank, not one between two: a staleness that was really measured.
    marks = np.quantile(sights.staleness_ns, (0.5, 0.99, 1.0), method="higher") / NS_PER_MS
    place = sights.copy.hop.target
    return {
        f"staleness_ms_{name}[{place}]": round(float(mark), 3)
        for name, mark in zip(("p50", "p99", "max"), marks, strict=True)
    }


def _of_copy(evidence: Evidence, sights: SightTrail) -> Found:
    bound_s = sights.copy.copy.staleness_s
    stale = sights.staleness_ns > (bound_s or 0) * NS_PER_S
    cases = np.flatnonzero(stale) if bound_s is not None else np.zeros(0, dtype=np.intp)

    def explain(sight: int) -> Anomaly:
        hop = sights.copy.hop
        proof = FlowProof(evidence, STALE_BEYOND_BOUND, hop.name)
        newer = sights.newer_than(sight)
        if newer != NONE:
            proof.changed(newer)
        proof.saw(
            int(sights.op[sight]),
            int(sights.entity[sight]),
            int(sights.version[sight]),
            hop.target,
            before="yet ",
        )
        stale_ms = sights.staleness_ns[sight] / NS_PER_MS
        proof.add(f"which had been out of date for {stale_ms:,.0f} ms at least")
        return proof.add(f"while {bound_s:g} s are promised").end()

    return Found(STALE_BEYOND_BOUND, cases, explain, sights.copy.hop.name)
