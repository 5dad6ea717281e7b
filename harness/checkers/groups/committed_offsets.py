"""What a group commits stays committed, and never goes back without a reset.

Evidence is what the coordinator wrote into `__consumer_offsets`, read in the end, in the order in
which it wrote it: for `commit-regression` an offset below the one before it, which no administrator
put there; for `forgotten-commit` an entry without an offset; for `lost-commit` a commit that was
acknowledged to its member, or was part of a committed transaction, and is not there. Whether it was
never written, or was lost with the log that held it, what an observer was told meanwhile may show.

UNKNOWN: when a scenario claims it and the coordinator's entries were not read to their end.
Reports: each once per entry or per commit and log. Cost: O(commits).
"""

import numpy as np
import polars as pl

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import Group, groups_of, unread
from harness.checkers.evidence.proof import Proof, who
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.model.facts import LagEvent
from harness.model.verdict import Anomaly, CheckResult

LOST_COMMIT = Kind(
    "lost-commit",
    meaning="A commit was acknowledged, and what the coordinator wrote does not have it.",
    counted="acknowledged {commit is|commits are} missing from what the coordinator wrote",
    weight=590,
    claim="committed-offsets",
)
COMMIT_REGRESSION = Kind(
    "commit-regression",
    meaning="The committed offset of a group went back without a reset.",
    counted="{time|times} a committed offset went back",
    weight=580,
    claim="committed-offsets",
)
FORGOTTEN_COMMIT = Kind(
    "forgotten-commit",
    meaning="A coordinator forgot the committed offset of a group.",
    counted="committed {offset was|offsets were} forgotten",
    weight=570,
    claim="committed-offsets",
)

_NO_CASES = pl.DataFrame(
    schema={"op": pl.UInt32, "log": pl.Int32, "offset": pl.Int64, "before": pl.Int64}
)


@checker("committed-offsets")
def committed_offsets(evidence: Evidence) -> CheckResult:
    """Find commits that went back, were forgotten, or are lost."""
    groups = groups_of(evidence)
    back = pl.concat([_NO_CASES, *map(_regressions, groups)])
    forgotten = pl.concat([_NO_CASES, *map(_forgotten, groups)])
    lost = pl.concat([_NO_CASES.drop("before"), *map(lost_commits, groups)])

    def explain(kind: Kind, cases: pl.DataFrame, case: int) -> Anomaly:
        return _explain(evidence, kind, cases.row(case, named=True))

    return report(
        "committed-offsets",
        *(
            Found(kind, np.arange(len(cases)), lambda case, k=kind, c=cases: explain(k, c, case))  # type: ignore[misc]
            for kind, cases in (
                (COMMIT_REGRESSION, back),
                (FORGOTTEN_COMMIT, forgotten),
                (LOST_COMMIT, lost),
            )
        ),
        unknown=unread(evidence, "committed-offsets"),
    )


def _entries(group: Group) -> pl.DataFrame:
    """The coordinator's entries, each with the one before it of the same log."""
    written = group.written
    assert written is not None  # noqa: S101 - only groups whose entries were read are judged
    return written.with_columns(before=pl.col("offset").shift(1).over("log"))


def _regressions(group: Group) -> pl.DataFrame:
    resets = group.commits.filter("resets").select("log", "offset").unique()
    back = _entries(group).filter(pl.col("offset") < pl.col("before"), pl.col("offset") != NOTHING)
    return back.join(resets, on=["log", "offset"], how="anti", maintain_order="left")


def _forgotten(group: Group) -> pl.DataFrame:
    return _entries(group).filter(
        pl.col("offset") == NOTHING, pl.col("before").is_not_null(), pl.col("before") != NOTHING
    )


def lost_commits(group: Group) -> pl.DataFrame:
    """Commits that were acknowledged and are not in what the coordinator wrote: op, log, offset."""
    told = group.commits.filter(pl.col("outcome") == "ok").select("op", "log", "offset")
    written = _entries(group).select("log", "offset")
    return told.join(written, on=["log", "offset"], how="anti", maintain_order="left")


def _explain(evidence: Evidence, kind: Kind, case: dict[str, int]) -> Anomaly:
    op, log = case["op"], case["log"]
    name, group = evidence.log_names[log], evidence.groups[int(evidence.operations.process[op])]
    proof = Proof(evidence, kind)
    proof.mention(op)
    if kind is COMMIT_REGRESSION:
        proof.add(
            f"the coordinator wrote that group {group} is at {case['before']} of {name}, and next "
            f"at {case['offset']}"
        )
        return proof.add("no reset moved the group there").end(log)
    if kind is FORGOTTEN_COMMIT:
        proof.add(
            f"the coordinator wrote that group {group} is at {case['before']} of {name}, and next "
            f"that it has no offset"
        )
        return proof.end(log)
    proof.add(
        f"{who(evidence, op)} committed offset {case['offset']} of {name} and was told that this "
        f"succeeded"
    )
    seen = _seen_committed(evidence, op, name, case["offset"])
    if seen is None:
        wrote = f"what the coordinator of group {group} wrote"
        return proof.add(f"{wrote}, read to its end, does not have it").end(log)
    proof.add(
        f"at {seen.time_ns / 1e6:,.0f} ms the coordinator said that group {group} is at "
        f"{seen.committed}: it had that commit, or a later one"
    )
    proof.add(
        "it was lost with the partition that contained it: __consumer_offsets has no such entry now"
    )
    return proof.end(log)


def _seen_committed(evidence: Evidence, op: int, log: str, offset: int) -> LagEvent | None:
    """The first sight of the group's coordinator after a commit that knew of it."""
    kind = evidence.kinds.get(int(evidence.operations.process[op]))
    began_ns = int(evidence.operations.invoke_ns[op])
    return next(
        (
            each
            for each in sorted(evidence.facts.lags, key=lambda each: each.time_ns)
            if (each.group, each.log) == (kind, log)
            and each.time_ns >= began_ns
            and (each.committed or 0) >= offset > 0
        ),
        None,
    )
