"""What stands in a cell of the table: one figure, what bounds it, and the runs that it is from.

The page and the terminal write the same cells.
"""

from collections.abc import Callable

import msgspec

from harness.kit.counts import counted
from harness.model.semantics import EffectName, Measured, Sample
from harness.reporting import words
from harness.reporting.semantics.bounds import Spread, rule_of_three, spread, wilson
from harness.reporting.semantics.outcome import conclusive, count, known

NOT_SOUGHT = "n/a"
UNKNOWN = "unknown"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, what is to be said of it, and by seed what each run showed."""

    figure: str
    notes: tuple[str, ...] = ()
    runs: tuple[tuple[Sample, str], ...] = ()


def share(part: int, whole: int) -> str:
    """`0.42 %`; two digits that mean something."""
    if not whole:
        return "of none"
    percent = 100 * part / whole
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


def effect_cell(line: Measured, effect: EffectName) -> Cell:
    """How many records of the line met `effect`."""
    if effect not in line.sought:
        return Cell(figure=NOT_SOUGHT, notes=("this traffic cannot show it",))
    told = known(line, effect)
    runs = tuple((sample, _of_run(sample, effect)) for sample in line.samples)
    left_out = len(line.samples) - len(told)
    open_runs = (f"{counted(left_out, 'run')} UNKNOWN",) if left_out else ()
    if not told:
        return Cell(figure=UNKNOWN, notes=open_runs, runs=runs)
    counts = [count(sample, effect) for sample in told]
    total, records = sum(counts), sum(sample.records for sample in told)
    notes = [*_how_often(counts), *open_runs, *_on_the_way(line, effect)]
    least = "≥ " if any(count(s, effect) and not conclusive(s) for s in told) else ""
    figure = f"{least}{total:,} ({share(total, records)})" if total else "0"
    return Cell(figure=figure, notes=tuple(notes), runs=runs)


def _how_often(counts: list[int]) -> list[str]:
    runs, shown = len(counts), sum(map(bool, counts))
    if shown:
        low, high = wilson(shown, runs)
        a_run = f"{min(counts):,}" if min(counts) == max(counts) else _range(counts)
        return [
            f"{a_run} a run",
            f"in {shown} of {counted(runs, 'run')} (95 %: {low:.0%} to {high:.0%} of runs)",
        ]
    bound = rule_of_three(runs)
    none = f"none in {counted(runs, 'run')}"
    if bound is None:
        return [f"{none}: too few to bound how often"]
    return [f"{none}: with 95 % confidence in fewer than {bound:.0%} of runs"]


def _range(counts: list[int]) -> str:
    return f"{min(counts):,} to {max(counts):,}"


def _on_the_way(line: Measured, effect: EffectName) -> list[str]:
    kinds: dict[str, int] = {}
    for sample in line.samples:
        for kind, number in sample.on_the_way.get(effect, {}).items():
            kinds[kind] = kinds.get(kind, 0) + number
    total = sum(kinds.values())
    return [f"{total:,} on the way ({', '.join(kinds)})"] if total else []


def _of_run(sample: Sample, effect: EffectName) -> str:
    number = count(sample, effect)
    if conclusive(sample):
        return f"{number:,}"
    return f"≥ {number:,}" if number else UNKNOWN


def measured_cell(line: Measured, names: tuple[str, ...], write: Callable[[float], str]) -> Cell:
    """Measurements of the line: medians over runs, and how far they lie apart.

    Args:
        line: whose.
        names: of the measurements; the last of them is bounded.
        write: how one is written.
    """
    told = [sample for sample in line.samples if conclusive(sample)]
    spreads = [
        spread([sample.measured[name] for sample in told if name in sample.measured])
        for name in names
    ]
    found = [each for each in spreads if each is not None]
    if len(found) < len(names):
        return Cell(figure=UNKNOWN if not told else NOT_SOUGHT)
    what = f"{names[-1].rpartition('_')[2]} " if len(names) > 1 else ""
    return Cell(
        figure=" / ".join(write(each.middle) for each in found),
        notes=tuple(f"{what}{note}" for note in _apart(found[-1], write)),
        runs=tuple((s, write(s.measured[names[-1]])) for s in told if names[-1] in s.measured),
    )


def _apart(bounded: Spread, write: Callable[[float], str]) -> list[str]:
    """How far runs lie apart; one run alone says nothing of that."""
    if bounded.runs == 1:
        return ["of one run"]
    runs = [f"{write(bounded.low)} to {write(bounded.high)} over {bounded.runs} runs"]
    if bounded.interval is not None:
        low, high = bounded.interval
        runs.append(f"95 %: {write(low)} to {write(high)}")
    return runs


def latency_cell(line: Measured) -> Cell:
    """From when a record was asked to be written until somebody read it at the end: p50, p99."""
    return measured_cell(line, ("end_to_end_ms_p50", "end_to_end_ms_p99"), words.milliseconds)


def throughput_cell(line: Measured) -> Cell:
    """Records that arrived at the end, a second, from the first to the last."""
    return measured_cell(line, ("arrived_per_s",), lambda rate: f"{rate:,.0f}/s")


def outage_cell(line: Measured) -> Cell:
    """The longest time in which something was on its way and nothing arrived."""
    return measured_cell(line, ("silence_ms_max",), words.milliseconds)


COLUMNS: tuple[tuple[str, Callable[[Measured], Cell]], ...] = (
    ("lost", lambda line: effect_cell(line, "lost")),
    ("duplicated", lambda line: effect_cell(line, "duplicated")),
    ("reordered", lambda line: effect_cell(line, "reordered")),
    ("aborted reads", lambda line: effect_cell(line, "aborted")),
    ("end to end p50 / p99", latency_cell),
    ("arrived", throughput_cell),
    ("longest outage", outage_cell),
)
"""The columns of the table behind the name of a line, in order."""
