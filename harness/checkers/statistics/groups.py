"""Statistics of consumer groups, for each kind of member; not part of the verdict.

    rebalances[GROUP]            generations in which members were given logs
    rebalance_ms_max[GROUP]      the longest of them: from the first member that was told to give
                                 up, or given, something to the last that was given its share
    unowned_ms_max[GROUP]        the longest time in which nobody held some log, between two owners
    lag_max[GROUP]               records between a log's end and what the group had committed of it
    lag_at_end[GROUP]            the same over all logs, when they were last looked at

Evidence: none, these are measurements. UNKNOWN: never. Reports: no anomaly.
Cost: O(rebalances + views of offsets).
"""

from collections import defaultdict
from itertools import pairwise

from harness.checkers.checker import checker
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import Group, groups_of
from harness.history.history import NOTHING
from harness.model.verdict import CheckResult

NS_PER_MS = 1e6


@checker("group-statistics")
def group_statistics(evidence: Evidence) -> CheckResult:
    """Measure rebalances and lag."""
    numbers: dict[str, float] = {}
    for group in groups_of(evidence):
        found = {**_rebalances(group), **_lag(evidence, group.kind)}
        numbers |= {f"{name}[{group.kind}]": round(value, 3) for name, value in found.items()}
    return CheckResult(checker="group-statistics", statistics=numbers)


def rebalance_spans(group: Group) -> tuple[tuple[int, int, int], ...]:
    """Generation, begin and end of each rebalance, in nanoseconds since the run began."""
    given: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in group.holdings:
        if each.generation != NOTHING:
            given[each.generation].append((each.assigned_ns, each.begin_ns))
    spans: list[tuple[int, int, int]] = []
    before_ns = -1
    for generation in sorted(given):
        begin_ns = min(began for began, _ in given[generation])
        ended = [each.end_ns for each in group.holdings if before_ns < each.end_ns <= begin_ns]
        end_ns = max(done for _, done in given[generation])
        spans.append((generation, min([begin_ns, *ended]), end_ns))
        before_ns = end_ns
    return tuple(spans)


def _rebalances(group: Group) -> dict[str, float]:
    spans = rebalance_spans(group)
    longest = max((end - begin for _, begin, end in spans), default=0)
    return {
        "rebalances": len(spans),
        "rebalance_ms_max": longest / NS_PER_MS,
        "unowned_ms_max": _unowned_ns(group) / NS_PER_MS,
    }


def _unowned_ns(group: Group) -> int:
    by_log = defaultdict(list)
    for each in group.holdings:
        by_log[each.log].append(each)
    longest = 0
    for holdings in by_log.values():
        held_to = holdings[0].end_ns
        for earlier, later in pairwise(holdings):
            held_to = max(held_to, earlier.end_ns)
            longest = max(longest, later.begin_ns - held_to)
    return longest


def _lag(evidence: Evidence, kind: str) -> dict[str, float]:
    """Of a log without a committed offset the group has everything before it."""
    lags: dict[str, list[int]] = defaultdict(list)
    for event in evidence.facts.lags:
        if event.group == kind:
            lags[event.log].append(event.end - (event.committed or 0))
    return {
        "lag_max": max((max(each) for each in lags.values()), default=0),
        "lag_at_end": sum(each[-1] for each in lags.values()),
    }
