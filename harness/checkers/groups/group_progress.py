"""A group continues where it committed: it repeats and skips no more than its commits allow.

Evidence for `committed-repeat`: a member was handed a record below an offset that its group had
committed, with an answer, before the member was given the log, and no reset came in between. For
`uncommitted-skip`: the final log holds a record that no member was ever handed, and the group went
past it although nobody had tried to commit an offset behind it before the member that did so was
given the log. A group begins at the beginning;
what it leaves out behind a commit is `group-skip`, and what it is handed again before one is
`duplicate-processing`.

UNKNOWN: when a scenario claims it and the coordinator's entries were not read to their end.
Reports: `committed-repeat`, `uncommitted-skip`, once per group and record.
Cost: O(records + holdings x commits).
"""

import numpy as np
import polars as pl

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import Numbers, Rows
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import Group, Holding, groups_of, unread
from harness.checkers.evidence.proof import Proof, who
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

UNCOMMITTED_SKIP = Kind(
    "uncommitted-skip",
    meaning="A group went past a record that was delivered to none of its members, although no "
    "member had tried to commit an offset beyond it.",
    counted="{record was|records were} skipped by a group that had not committed past {it|them}",
    weight=560,
    claim="resumption",
    rests_on_absence=True,
)
COMMITTED_REPEAT = Kind(
    "committed-repeat",
    meaning="A member received a record that its group had committed before the member was "
    "assigned the partition.",
    counted="{record was|records were} delivered again to a group that had committed past "
    "{it|them}",
    weight=550,
    claim="resumption",
)


@checker("group-progress")
def group_progress(evidence: Evidence) -> CheckResult:
    """Find records that a group repeated or left out although its commits do not allow it."""
    groups = groups_of(evidence)
    repeats = [case for group in groups for case in _repeats(evidence, group)]
    skips = [
        (group, row, int(placement))
        for group in groups
        for log in np.flatnonzero(evidence.drained).tolist()
        for row, placement in _skips(evidence, group, log)
    ]
    return report(
        "group-progress",
        Found(
            COMMITTED_REPEAT,
            np.arange(len(repeats)),
            lambda case: _repeated(evidence, *repeats[case]),
        ),
        Found(
            UNCOMMITTED_SKIP,
            np.arange(len(skips)),
            lambda case: _skipped(evidence, *skips[case]),
        ),
        unknown=unread(evidence, "resumption"),
    )


def _rows(evidence: Evidence, group: Group, log: int) -> Rows:
    """Rows of reads of a log by members of a group, in order of their polls."""
    members = group.processes["process"].to_numpy()
    process = evidence.operations.process[evidence.reads.op]
    mine: Rows = np.flatnonzero((evidence.reads.log == log) & np.isin(process, members))
    return mine


def _repeats(evidence: Evidence, group: Group) -> list[tuple[Group, int, int]]:
    """Group, row of a read and the commit that forbids it; once per record."""
    found: dict[int, tuple[Group, int, int]] = {}
    ended: dict[tuple[int, int], int] = {}
    for holding in group.holdings:
        before = _committed(group, holding)
        earlier_ns = ended.get((holding.process, holding.log), -1)
        ended[holding.process, holding.log] = holding.end_ns
        if before is None:
            continue
        commit, offset = before
        rows = _during(evidence, _rows(evidence, group, holding.log), holding, earlier_ns)
        for row in rows[evidence.reads.offset[rows] < offset].tolist():
            found.setdefault(int(evidence.placements.of_read[row]), (group, row, commit))
    return list(found.values())


def _committed(group: Group, holding: Holding) -> tuple[int, int] | None:
    """The commit, and its offset, that stood when a member was given a log.

    None where nobody knows: a reset without an answer may have been done.
    """
    tried = group.commits.filter(
        pl.col("log") == holding.log, pl.col("invoke_ns") < holding.assigned_ns
    )
    mine = tried.filter(pl.col("outcome") == "ok", pl.col("complete_ns") < holding.assigned_ns)
    reset = tried.filter("resets", pl.col("outcome") != "fail").tail(1)
    if reset["outcome"].to_list() == ["info"]:
        return None
    if len(reset):
        mine = mine.filter(pl.col("op") >= reset["op"][0])
    if not len(mine):
        return None
    op, offset = mine.sort("offset", maintain_order=True).select("op", "offset").row(-1)
    return int(op), int(offset)


def _during(evidence: Evidence, rows: Rows, holding: Holding, earlier_ns: int) -> Rows:
    """Those of `rows` that a member was handed while it held the log, and certainly not before.

    A poll that a rebalance interrupts may bring what was fetched before it.
    """
    op = evidence.reads.op[rows]
    began, ended = evidence.operations.invoke_ns[op], evidence.operations.complete_ns[op]
    inside = (evidence.operations.process[op] == holding.process) & (ended >= holding.begin_ns)
    inside &= (ended <= holding.end_ns) & ((began >= holding.begin_ns) | (began > earlier_ns))
    kept: Rows = rows[inside]
    return kept


def _skips(evidence: Evidence, group: Group, log: int) -> list[tuple[int, Numbers]]:
    """Each record that was left out, after the row of the first read beyond it."""
    rows = _rows(evidence, group, log)
    if not len(rows):
        return []
    places = evidence.placements
    mine = places.in_log_order(log)
    missing = mine[places.final[mine] & (evidence.deliveries[group.name][mine] == 0)]
    offset = places.offset(missing)
    # The first read beyond an offset is where the highest offset read so far comes to lie beyond.
    reached = np.maximum.accumulate(evidence.reads.offset[rows])
    beyond = np.searchsorted(reached, offset, side="right")
    missing, offset, beyond = (each[beyond < len(rows)] for each in (missing, offset, beyond))
    row = rows[beyond]
    given_ns = {each: _given_ns(evidence, group, each) for each in np.unique(row).tolist()}
    passed_ns = np.array([given_ns[each] for each in row.tolist()], dtype=np.int64)
    tried = group.commits.filter(pl.col("log") == log)
    behind = np.maximum.accumulate(tried["offset"].to_numpy())
    first = np.searchsorted(behind, offset, side="right")
    since = np.append(tried["invoke_ns"].to_numpy(), np.iinfo(np.int64).max)[first]
    unexplained = since >= passed_ns
    return list(zip(row[unexplained].tolist(), missing[unexplained], strict=True))


def _given_ns(evidence: Evidence, group: Group, row: int) -> int:
    """When the member that made this read was given its log: what came later moved nobody."""
    op, log = int(evidence.reads.op[row]), int(evidence.reads.log[row])
    process = int(evidence.operations.process[op])
    ended_ns = int(evidence.operations.complete_ns[op])
    return max(
        (
            each.begin_ns
            for each in group.holdings
            if (each.process, each.log) == (process, log) and each.begin_ns <= ended_ns
        ),
        default=ended_ns,
    )


def _repeated(evidence: Evidence, group: Group, row: int, commit: int) -> Anomaly:
    proof = Proof(evidence, COMMITTED_REPEAT)
    proof.mention(commit)
    log = int(evidence.reads.log[row])
    offset = group.commits.filter(pl.col("op") == commit, pl.col("log") == log)["offset"][0]
    proof.add(
        f"{who(evidence, commit)} committed offset {offset} of {evidence.log_names[log]} for group "
        f"{group.name}, and was told that this succeeded"
    )
    proof.read(
        row, before="yet a member that was assigned the partition after that received more: "
    )
    return proof.end(log)


def _skipped(evidence: Evidence, group: Group, row: int, placement: int) -> Anomaly:
    proof = Proof(evidence, UNCOMMITTED_SKIP)
    log = int(evidence.reads.log[row])
    for seen in evidence.readers(placement).tolist():
        proof.read(int(seen))
    proof.read(row, before=f"group {group.name} was handed, beyond it: ")
    proof.add(
        f"no member of group {group.name} ever received the first, and none had tried to commit "
        f"an offset beyond it"
    )
    return proof.end(log)
