"""Plots of a comparison, as drawings inside the page: a row a line, a dot a run.

A bar reaches from the smallest run to the largest. A run that leaves open what it did not find is
no dot at zero: it is not drawn, and said beside the row.
"""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10

import msgspec

from harness.model.semantics import EffectName, Measured, Sample
from harness.reporting.page.markup import Markup, join, tag
from harness.reporting.semantics.outcome import conclusive, count

NAMES_WIDE, PLOT_WIDE, ROW_HIGH, EDGE = 230, 560, 26, 26
DECADES_MAX, MARKS_MAX = 6, 8


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement of every line: its title, what a run of a line has, how it is written."""

    title: str
    value: Callable[[Measured, Sample], float | None]
    write: Callable[[float], str]
    by_decades: bool = False


def _share(title: str, effect: EffectName) -> Plot:
    def percent(line: Measured, sample: Sample) -> float | None:
        number = count(sample, effect)
        told = effect in line.sought and (number or conclusive(sample))
        return 100 * number / sample.records if told and sample.records else None

    title = f"{title}, share of records"
    return Plot(title=title, value=percent, write=lambda of: f"{of:.3g} %", by_decades=True)


def _measured(name: str) -> Callable[[Measured, Sample], float | None]:
    return lambda _, sample: sample.measured.get(name) if conclusive(sample) else None


def _seconds(span_ms: float) -> str:
    return f"{span_ms / 1000:.3g} s"


PLOTS = (
    _share("Lost", "lost"),
    _share("Duplicated", "duplicated"),
    _share("Reordered", "reordered"),
    _share("Read although aborted", "aborted"),
    Plot(
        title="End to end, 99th percentile",
        value=_measured("end_to_end_ms_p99"),
        write=_seconds,
    ),
    Plot(
        title="Records arrived a second",
        value=_measured("arrived_per_s"),
        write=lambda rate: f"{rate:,.3g}",
    ),
    Plot(title="Longest outage", value=_measured("silence_ms_max"), write=_seconds),
)


def plots(lines: Sequence[Measured]) -> Markup:
    """Every plot that has something to show; one that is zero everywhere is a sentence."""
    return join(_section(plot, lines) for plot in PLOTS)


def _section(plot: Plot, lines: Sequence[Measured]) -> Markup:
    rows = [(line, [plot.value(line, sample) for sample in line.samples]) for line in lines]
    known = [value for _, values in rows for value in values if value is not None]
    title = tag("h3", plot.title)
    if not known:
        return join([title, tag("p", "No run could tell.", class_="quiet")])
    if not any(known):
        return join([title, tag("p", "Zero in every run that tells.", class_="quiet")])
    scale = (_Decades if plot.by_decades else _Even)(known)
    return join([title, _drawing(rows, scale, plot.write)])


def _drawing(
    rows: Sequence[tuple[Measured, list[float | None]]],
    scale: "_Decades | _Even",
    write: Callable[[float], str],
) -> Markup:
    high = ROW_HIGH * len(rows) + EDGE
    parts: list[Markup] = []
    for mark in scale.marks:
        x = _number(scale.x(mark))
        parts.append(tag("line", x1=x, x2=x, y1="0", y2=str(high - EDGE), class_="grid"))
        label = "0" if not mark else write(mark)
        parts.append(tag("text", label, x=x, y=str(high - 8), text_anchor="middle", class_="mark"))
    for place, (line, values) in enumerate(rows):
        parts += _row(line, values, scale, place * ROW_HIGH + ROW_HIGH / 2, write)
    width = NAMES_WIDE + PLOT_WIDE + 2 * EDGE
    drawn = tag("svg", *parts, viewBox=f"0 0 {width} {high}", role="img", class_="rows")
    return tag("div", drawn, class_="scroll")


def _row(
    line: Measured,
    values: Sequence[float | None],
    scale: "_Decades | _Even",
    y: float,
    write: Callable[[float], str],
) -> list[Markup]:
    at = _number(y)
    name = tag("text", line.name, x="0", y=_number(y + 4), class_="line-name")
    told = [value for value in values if value is not None]
    if not told:
        why = tag("text", "not known", x=str(NAMES_WIDE + EDGE), y=_number(y + 4), class_="mark")
        return [name, why]
    ends = [_number(scale.x(value)) for value in (min(told), max(told))]
    bar = tag("line", x1=ends[0], x2=ends[1], y1=at, y2=at, class_="bar")
    dots = [
        tag(
            "circle",
            tag("title", f"{line.name}, seed {sample.seed}: {write(value)}"),
            cx=_number(scale.x(value)),
            cy=at,
            r="4.5",
            class_=line.guarantee.replace(" ", "-"),
        )
        for sample, value in zip(line.samples, values, strict=True)
        if value is not None
    ]
    return [name, bar, *dots]


class _Decades:
    """A scale on which each decade is as wide as the next one, with zero left of them all."""

    def __init__(self, values: Sequence[float]) -> None:
        some = [value for value in values if value > 0]
        self._top = ceil(log10(max(some)))
        self._bottom = max(floor(log10(min(some))), self._top - DECADES_MAX)
        self._bottom -= self._bottom == self._top
        zero = len(some) < len(values)
        self._from = self._bottom - 1 if zero else self._bottom
        decades = range(self._bottom, self._top + 1)
        self.marks = [*([0.0] if zero else []), *(10.0**power for power in decades)]

    def x(self, value: float) -> float:
        """Where `value` stands, in the drawing's own units."""
        power = max(log10(value), self._bottom) if value > 0 else self._from
        part = (power - self._from) / (self._top - self._from)
        return NAMES_WIDE + EDGE + part * PLOT_WIDE


class _Even:
    """A scale from zero on, its marks at one, two or five of a power of ten."""

    def __init__(self, values: Sequence[float]) -> None:
        power = 10.0 ** floor(log10(max(values) / MARKS_MAX))
        step = next(
            power * each for each in (1, 2, 5, 10) if max(values) <= power * each * MARKS_MAX
        )
        marks = ceil(max(values) / step)
        self._top = step * marks
        self.marks = [step * mark for mark in range(marks + 1)]

    def x(self, value: float) -> float:
        """Where `value` stands, in the drawing's own units."""
        return NAMES_WIDE + EDGE + value / self._top * PLOT_WIDE


def _number(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")
