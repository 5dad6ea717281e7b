"""In one generation of a group a partition has one owner; at one time, as long as none hangs.

Evidence for `shared-ownership`: two members were told, in one generation, that a log is theirs; or
the coordinator itself showed two members with one log. For `overlapping-ownership`: two members
held a log at one time, by what their applications were told. A member that does not poll is told
nothing: its coordinator takes its logs away after `max.poll.interval.ms`, or when its session ends,
and it goes on until it polls. Kafka promises no more, so settings of any group permit that. By the
consumer protocol (KIP-848) no generation is told with an assignment, and the coordinator alone is
evidence. A coordinator that has lost what it wrote counts generations from the first again: two of
one number, with a commit between them that was lost, are not the same.

UNKNOWN: when a scenario claims either and the coordinator's entries were not read.
Reports: `shared-ownership` once per log and generation, or view of the coordinator;
`overlapping-ownership` once per two members that held a log at one time.
Cost: O(rebalances squared).
"""

from collections import defaultdict
from itertools import combinations

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import Group, Holding, groups_of, unread
from harness.checkers.evidence.proof import Proof, times_of, who
from harness.checkers.groups.committed_offsets import lost_commits
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.model.facts import GroupEvent
from harness.model.verdict import Anomaly, CheckResult

SHARED_OWNERSHIP = Kind(
    "shared-ownership",
    meaning="In one generation of a group a partition belonged to two members.",
    counted="{partition|partitions} belonged to two members of a group in one generation",
    weight=600,
    claim="ownership",
)
OVERLAPPING_OWNERSHIP = Kind(
    "overlapping-ownership",
    meaning=(
        "Two members of a group owned one partition at the same time, according to their "
        "assignments."
    ),
    counted="{time|times} two members owned one partition at one time",
    weight=540,
    claim="sole-ownership",
    rests_on_absence=True,
)


@checker("ownership")
def ownership(evidence: Evidence) -> CheckResult:
    """Find logs that two members of a group owned."""
    groups = groups_of(evidence)
    shared = [pair for group in groups for pair in _shared(group)]
    seen = [view for group in groups for view in _seen_shared(evidence, group)]
    overlaps = [pair for group in groups for pair in _overlaps(group)]

    def explain_shared(case: int) -> Anomaly:
        if case < len(shared):
            return _told(evidence, SHARED_OWNERSHIP, *shared[case])
        return _seen(evidence, *seen[case - len(shared)])

    return report(
        "ownership",
        Found(SHARED_OWNERSHIP, np.arange(len(shared) + len(seen)), explain_shared),
        Found(
            OVERLAPPING_OWNERSHIP,
            np.arange(len(overlaps)),
            lambda case: _told(evidence, OVERLAPPING_OWNERSHIP, *overlaps[case]),
        ),
        unknown=unread(evidence, "ownership", "sole-ownership"),
    )


def _shared(group: Group) -> list[tuple[Holding, Holding]]:
    told: dict[tuple[int, int], dict[str, Holding]] = defaultdict(dict)
    for holding in group.holdings:
        if holding.generation != NOTHING:
            told[holding.generation, holding.log].setdefault(holding.member, holding)
    twice = [list(members.values())[:2] for members in told.values() if len(members) > 1]
    lost = group.commits.join(lost_commits(group), on=["op", "log", "offset"], how="semi")
    return [
        (first, second)
        for first, second in twice
        if not lost["complete_ns"].is_between(first.assigned_ns, second.assigned_ns).any()
    ]


def _seen_shared(evidence: Evidence, group: Group) -> list[tuple[GroupEvent, str]]:
    """Views of the coordinator in which two members have one log."""
    found = []
    for event in evidence.facts.groups:
        logs = [log for member in event.members for log in member.logs]
        if event.group == group.kind:
            found += [(event, log) for log in sorted(set(logs)) if logs.count(log) > 1]
    return found


def _overlaps(group: Group) -> list[tuple[Holding, Holding]]:
    pairs: dict[tuple[str, str, int], tuple[Holding, Holding]] = {}
    for first, second in combinations(group.holdings, 2):
        if first.overlaps(second):
            pairs.setdefault((first.member, second.member, first.log), (first, second))
    return list(pairs.values())


def _told(evidence: Evidence, kind: Kind, first: Holding, second: Holding) -> Anomaly:
    proof = Proof(evidence, kind)
    log = evidence.log_names[first.log]
    for holding in (first, second):
        generation = "" if holding.generation == NOTHING else f" in generation {holding.generation}"
        proof.mention(holding.assign)
        proof.add(
            f"{who(evidence, holding.assign)} was assigned {log}{generation}, "
            f"{times_of(evidence, holding.assign)}, and held it until {holding.end_ns / 1e6:.3f} ms"
        )
    return proof.end(first.log)


def _seen(evidence: Evidence, event: GroupEvent, log: str) -> Anomaly:
    members = " and ".join(each.member for each in event.members if log in each.logs)
    proof = Proof(evidence, SHARED_OWNERSHIP)
    proof.add(
        f"at {event.time_ns / 1e6:.3f} ms the coordinator of {event.group} showed {log} as "
        f"assigned to {members}"
    )
    return proof.end(evidence.log_names.index(log) if log in evidence.log_names else NONE)
