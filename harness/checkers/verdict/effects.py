"""What became of records, in four words: lost, duplicated, reordered, read although aborted.

A kind of anomaly belongs to one effect, and to one place: where records end up (logs of a log
workload; source, tables and caches of a pipeline) or on the way there (topics of a pipeline). Each
record is counted once in a place: kinds that only tell of the same record in other words (what was
never seen, what readers skipped) belong to none.
"""

from collections.abc import Iterable

from harness.model.scenario import Scenario
from harness.model.semantics import EffectName, Sample
from harness.model.verdict import CheckResult, Verdict

AT_THE_END: dict[EffectName, tuple[str, ...]] = {
    "lost": (
        "lost-write",
        "unsent",
        "unprocessed",
        "group-skip",
        "lost-change",
        "missing-row",
        "stale-row",
    ),
    "duplicated": ("duplicate", "double-processing", "duplicate-row"),
    "reordered": (
        "nonmonotonic-send",
        "reordered-result",
        "stale-result",
        "realtime-order",
        "nonmonotonic-sighting",
    ),
    "aborted": ("G1a", "precommitted-read", "foreign-row", "extra-row"),
}
ON_THE_WAY: dict[EffectName, tuple[str, ...]] = {
    "lost": ("missed-change",),
    "duplicated": ("duplicate-change", "duplicate-processing"),
    "reordered": ("reordered-change",),
    "aborted": ("phantom-change",),
}
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
    return tuple(name for name in AT_THE_END if name != "reordered" or not fixed)


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
        at_the_end=_by_effect(counts, AT_THE_END),
        on_the_way=_by_effect(counts, ON_THE_WAY),
        measured={KEPT[name]: value for name, value in _statistics(verdict) if name in KEPT},
        reasons={each.kind: each.permitted_by for each in verdict.findings if each.permitted_by},
        against=verdict.counted,
    )


def _by_effect(
    counts: dict[str, int], kinds: dict[EffectName, tuple[str, ...]]
) -> dict[EffectName, dict[str, int]]:
    found = {
        effect: {kind: counts[kind] for kind in named if counts.get(kind)}
        for effect, named in kinds.items()
    }
    return {effect: each for effect, each in found.items() if each}


def _records(verdict: Verdict) -> int:
    """What a share is a share of: the rows that a copy should hold, or what producers sent."""
    copies = [hop.expected for hop in verdict.hops if " → " in hop.hop]
    return copies[-1] if copies else int(dict(_statistics(verdict)).get("records", 0))


def _statistics(verdict: Verdict) -> Iterable[tuple[str, float]]:
    results: tuple[CheckResult, ...] = verdict.checkers
    return [pair for result in results for pair in result.statistics.items()]
