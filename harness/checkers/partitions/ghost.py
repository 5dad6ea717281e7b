"""What a reader saw stays in its partition.

Evidence: an ok poll saw a value in a log, and the final read of that log is complete and holds the
value at no offset from the log's start on. What lies below the start was removed by retention.

UNKNOWN: never by itself. Reports: `ghost`, once per log and value. Cost: O(records).
"""

import numpy as np
import polars as pl

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import Numbers
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

GHOST = Kind(
    "ghost",
    meaning="A reader saw a record that its partition no longer holds.",
    counted="{record that a reader saw is|records that readers saw are} gone",
    weight=790,
    claim="durability",
    rests_on_absence=True,
    follows_from=("lost-write",),
)


@checker("ghost")
def ghost(evidence: Evidence) -> CheckResult:
    """Find records that a reader saw and the log does not hold any more."""
    places, reads = evidence.placements, evidence.reads
    seen = np.flatnonzero(places.polled & ~places.final)
    log = places.log(seen)
    gone = seen[evidence.drained[log] & (places.offset(seen) >= evidence.starts[log])]

    def explain(place: int) -> Anomaly:
        rows = evidence.readers(place, len(reads.op))
        row = int(rows[reads.ok[rows]][0])
        log, offset = int(reads.log[row]), int(reads.offset[row])
        return Proof(evidence, GHOST).read(row).without(log, offset).end(log)

    return report("ghost", Found(GHOST, _held_nowhere(evidence, gone), explain))


def _held_nowhere(evidence: Evidence, gone: Numbers) -> Numbers:
    """Those of `gone` whose value the final read has at no offset, one of each log and value."""
    if not len(gone):
        return gone
    places = evidence.placements
    final = np.flatnonzero(places.final)
    held = pl.DataFrame({"log": places.log(final), "value": places.value[final]})
    wanted = pl.DataFrame({"place": gone, "log": places.log(gone), "value": places.value[gone]})
    return (
        wanted.join(held, on=["log", "value"], how="anti", maintain_order="left")
        .unique(["log", "value"], keep="first", maintain_order=True)["place"]
        .to_numpy()
    )
