"""What became of records, in four words: lost, duplicated, reordered, read although aborted.

A kind of anomaly has one effect at most, in one place: where records end up (logs of a log
workload; source, tables and caches of a pipeline) or on the way there (topics of a pipeline). Each
record is counted once in a place: kinds that only tell of the same record in other words (what was
never seen, what readers skipped) belong to none.
"""

from collections.abc import Iterable
from typing import get_args

from harness.checkers.kind import KINDS
from harness.model.scenario import Scenario
from harness.model.semantics import EffectName, Sample
from harness.model.verdict import CheckResult, Verdict

KEPT = {
    "end_to_end_ms_p50": "end_to_end_ms_p50",
    "end_to_end_ms_p99": "end_to_end_ms_p99",
    "arrived_per_s": "arrived_per_s",
    "silence_ms_max": "silence_ms_max",
    "latency_ms_p50": "acknowledged_ms_p50",
    "latency_ms_p99": "acknowledged_ms_p99",
    "acked_per_s": "acknowledged_per_s",
}
"""Statistics that lines are compared by, and what the comparison calls them."""


def sought(scenario: Scenario) -> tuple[EffectName, ...]:
    """What the traffic of `scenario` could show: rows that never change cannot be reordered."""
    mixes = [writers.mix for writers in scenario.pipeline.writers]
    fixed = bool(mixes) and all(set(mix) <= {"insert", "rollback"} for mix in mixes)
    return tuple(name for name in get_args(EffectName) if name != "reordered" or not fixed)


def sample(verdict: Verdict, run: str, seed: int) -> Sample:
    """What a run showed, by its verdict.

    Args:
        verdict: of the run.
        run: name of its folder.
        seed: of the run.
    """
    counts = {finding.kind: finding.count for finding in verdict.findings}
    return Sample(
        run=run,
        seed=seed,
        validity=verdict.validity,
        headline=verdict.headline,
        unknowns=verdict.unknowns,
        records=_records(verdict),
        at_the_end=_by_effect(counts, on_the_way=False),
        on_the_way=_by_effect(counts, on_the_way=True),
        measured={KEPT[name]: value for name, value in _statistics(verdict) if name in KEPT},
        reasons={each.kind: each.permitted_by for each in verdict.findings if each.permitted_by},
        against=verdict.counted,
    )


def _by_effect(counts: dict[str, int], *, on_the_way: bool) -> dict[EffectName, dict[str, int]]:
    found: dict[EffectName, dict[str, int]] = {}
    for effect in get_args(EffectName):
        for name, kind in KINDS.items():
            if kind.effect == effect and kind.on_the_way is on_the_way and counts.get(name):
                found.setdefault(effect, {})[name] = counts[name]
    return found


def _records(verdict: Verdict) -> int:
    """What a share is a share of: the rows that a copy should hold, or what producers sent."""
    copies = [hop.expected for hop in verdict.hops if " → " in hop.hop]
    return copies[-1] if copies else int(dict(_statistics(verdict)).get("records", 0))


def _statistics(verdict: Verdict) -> Iterable[tuple[str, float]]:
    results: tuple[CheckResult, ...] = verdict.checkers
    return [pair for result in results for pair in result.statistics.items()]
