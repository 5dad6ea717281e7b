"""What a checker is, how it reports, and the registry of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness.checkers.evidence.arrays import Flags, Numbers
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.kind import Kind
from harness.kit.registry import Registry
from harness.model.verdict import Anomaly, CheckResult

EXAMPLES = 32
"""At most so many examples of a kind are explained; counts are exact."""


@dataclass(frozen=True, slots=True)
class Found:
    """All anomalies of one kind, one number each, and how to explain such a number."""

    kind: Kind
    cases: npt.NDArray[np.integer]
    explain: Callable[[int], Anomaly]
    hop: str | None = None
    """The hop of a pipeline that is to blame for all of them."""
    late: bool = False
    """Whether they may only be late, since that hop had not finished."""


def found_at(
    evidence: Evidence,
    kind: Kind,
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


Checker: TypeAlias = Callable[[Evidence], CheckResult]
"""A pure judge: finds every anomaly of its kinds, in an order that only the history decides."""

CHECKERS: Registry[Checker] = Registry("checker", "harness.checkers")


def checker(name: str) -> Callable[[Checker], Checker]:
    """Register the decorated function as the checker `name`."""
    return lambda check: CHECKERS.add(name, check)


def report(name: str, *found: Found, unknown: str | None = None) -> CheckResult:
    """What the checker `name` found: exact counts and the first examples of each kind."""
    counts: dict[str, int] = {}
    hops: dict[str, dict[str, int]] = {}
    late: dict[str, tuple[str, ...]] = {}
    for each in (each for each in found if len(each.cases)):
        kind = each.kind.name
        counts[kind] = counts.get(kind, 0) + len(each.cases)
        if each.hop is not None:
            by_hop = hops.setdefault(kind, {})
            by_hop[each.hop] = by_hop.get(each.hop, 0) + len(each.cases)
            if each.late:
                late[kind] = (*late.get(kind, ()), each.hop)
    return CheckResult(
        checker=name,
        counts=counts,
        hops=hops,
        late=late,
        examples=tuple(
            each.explain(case) for each in found for case in each.cases[:EXAMPLES].tolist()
        ),
        unknown=unknown,
    )
