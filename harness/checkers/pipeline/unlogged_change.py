"""Every change in the source's tables is in the source log; otherwise no feed sees it.

Evidence: a row of the source, read in the end, of a version that no change in its binary log made;
one that is gone without a delete in the log, although its removal was acknowledged; or a change in
the log that starts from a row which the change before it did not leave, and no other one. A session
with `sql_log_bin=0` writes so, and so does a server that leaves a database out of its log.

UNKNOWN: never by itself; a source that was not read completely says nothing. Reports:
`unlogged-change`, once per row; nothing where no path reads the source. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.evidence.pipeline.past_the_log import past_the_log, previous
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.model.verdict import Anomaly, CheckResult

UNLOGGED_CHANGE = Kind(
    "unlogged-change",
    meaning=(
        "The source's table contained a change that the source log lacks: a row was written or "
        "deleted without logging, and no feed sees it."
    ),
    counted="source {row was|rows were} changed without logging",
    weight=250,
    claim="capture",
)


@checker("unlogged-change")
def unlogged_change(evidence: Evidence) -> CheckResult:
    """Find rows that were written or removed past the binary log."""
    trails = evidence.trails
    source = trails.source
    if not trails.feeds:
        return report("unlogged-change")
    earlier = previous(source)
    past = np.flatnonzero(past_the_log(source))
    late = {int(source.entity[at]): at for at in past[::-1].tolist()}
    rows = np.union1d(np.flatnonzero(source.unlogged), source.entity[past])

    def explain(entity: int) -> Anomaly:
        proof = FlowProof(evidence, UNLOGGED_CHANGE, source.hop)
        if entity in late:
            proof.changed(int(earlier[late[entity]]))
            proof.changed(late[entity], before=f"the next change of that row in the {source.log}: ")
            return proof.add("which does not start from what the first one left").end()
        truth = int(source.truth[entity])
        writes = source.writes
        mine = (writes["entity"] == entity) & writes["ok"]
        mine &= writes["is_delete"] if truth == NOTHING else writes["version"] == truth
        for write in np.flatnonzero(mine.to_numpy())[-1:].tolist():
            proof.wrote(write)
        what = "does not have it any more" if truth == NOTHING else f"has version {truth}"
        proof.add(f"the source's own table {what} of {proof.named(entity)} in the end")
        return proof.add(f"yet its {source.log}, read completely, contains no such change").end()

    return report("unlogged-change", Found(UNLOGGED_CHANGE, rows, explain, source.hop))
