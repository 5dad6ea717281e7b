"""An acknowledged write is in the source log, and in the source's table at the end.

Evidence: a write that came back ok, while the source was read completely and its binary log has no
change to that version; or has it as the row's last change, yet the table shows another row. Of a
removal: no delete of the row is in the log behind the last version that was acknowledged before.
What the table shows all the same is not lost, see `unlogged_change`.
(A writer whose statement met no row must not record it as ok.)

UNKNOWN: never by itself. Reports: `lost-change`, once per row written. Cost: O(n log n).
"""

import numpy as np
import polars as pl

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.evidence.pipeline.source import LAST, Source
from harness.checkers.kind import WRITES, Kind
from harness.history.history import NOTHING
from harness.model.verdict import Anomaly, CheckResult

LOST_CHANGE = Kind(
    "lost-change",
    meaning="A write was acknowledged, yet the source log or the source's table lacks it.",
    counted="{was|were} lost in the source",
    total=WRITES,
    weight=260,
    claim="source-durability",
    effect="lost",
    hop_column="lost",
)


@checker("lost-change")
def lost_change(evidence: Evidence) -> CheckResult:
    """Find acknowledged writes that the source does not have."""
    source = evidence.trails.source
    lost = _lost(source) if source.drained else np.zeros(0, dtype=np.intp)

    def explain(write: int) -> Anomaly:
        proof = FlowProof(evidence, LOST_CHANGE, source.hop).wrote(write)
        for change in np.flatnonzero(source.undone & (source.written_by == write)).tolist():
            return proof.changed(change, after="; yet the table does not show it in the end").end()
        return proof.add(f"yet the source's {source.log}, read completely, does not have it").end()

    return report("lost-change", Found(LOST_CHANGE, lost, explain, source.hop))


def _lost(source: Source) -> Rows:
    writes = source.writes
    change = source.versions(writes["entity"].to_numpy(), writes["version"].to_numpy())
    removal = writes["is_delete"].to_numpy()
    absent = (change == NONE) & ~removal
    absent[_removals_lost(source, change)] = True
    undone = source.written_by[source.undone]
    absent[undone[undone != NONE]] = True
    entity = writes["entity"].to_numpy()
    kept = np.where(removal, NOTHING, writes["version"].to_numpy()) == source.truth[entity]
    absent &= ~(source.unlogged[entity] & kept)
    return np.flatnonzero(absent & writes["ok"].to_numpy())


def _removals_lost(source: Source, change: Longs) -> Rows:
    """Removals behind whose row's last acknowledged version there is no delete to match."""
    writes = source.writes.with_columns(change=change, write=pl.int_range(pl.len()))
    made = pl.col("ok") & ~pl.col("is_delete") & (pl.col("change") != NONE)
    removals = writes.filter(pl.col("is_delete")).select("entity", "op", "write")
    known = removals.join_asof(
        writes.filter(made).select("entity", "op", since="change"),
        on="op",
        by="entity",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    ).drop_nulls("since")
    entity, op, since = (known[name].to_numpy() for name in ("entity", "op", "since"))
    delete = source.delete_after(entity, since)
    there: Flags = delete != LAST
    # What it removed must have been written before it.
    removed = source.versions(entity[there], source.before[delete[there]])
    matched = there.copy()
    matched[there] = source.ops_of(removed) < op[there]
    return known["write"].to_numpy()[~matched]
