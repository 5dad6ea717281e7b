"""The page of the throughput benchmark: rates as ratios, drawn and in a table; it loads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.reporting.page.document import document
from harness.reporting.page.markup import Markup, join, table, tag

NAMES_WIDE, PLOT_WIDE, ROW_HIGH, EDGE = 230, 560, 26, 30
TITLE = "What synchronous writes cost, and what partitions bring"
READING = (
    "A bar is the median over rounds, a dot one round: the rate as a share of the group's first "
    "line in the same round. All lines of a round ran one after the other on one cluster."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its median rate in records a second, and its ratios to the first of its group."""

    name: str
    group: str
    rate: float
    ratio: float
    ratios: tuple[float, ...]
    limit: str


def page(lines: Sequence[Line]) -> bytes:
    """The whole page."""
    groups = dict.fromkeys(line.group for line in lines)
    sections = [
        join([tag("h2", group), _drawing([line for line in lines if line.group == group])])
        for group in groups
    ]
    rows = [(line.name, f"{line.rate:,.0f}", f"{line.ratio:.3g}", line.limit) for line in lines]
    told = table(("line", "records/s", "ratio", "what limits it"), rows, numbers=(1, 2))
    body = join([tag("h1", TITLE), tag("p", READING), *sections, tag("h2", "In figures"), told])
    return document("Throughput", body, styles=("report.css", "semantics.css"), scripts=())


def _drawing(lines: Sequence[Line]) -> Markup:
    widest = max(max(line.ratios) for line in lines)
    high = ROW_HIGH * len(lines) + EDGE
    parts = [part for at, line in enumerate(lines) for part in _row(line, at, widest)]
    for share in (0.0, 0.5, 1.0):
        x = str(round(_place(share * widest, widest)))
        parts.append(tag("line", x1=x, x2=x, y1="0", y2=str(high - EDGE), class_="grid"))
        label = f"{share * widest:.2f}"
        parts.append(tag("text", label, x=x, y=str(high - 8), text_anchor="middle", class_="mark"))
    width = NAMES_WIDE + PLOT_WIDE + 2 * EDGE
    drawn = tag("svg", *parts, viewBox=f"0 0 {width} {high}", role="img", class_="rows")
    return tag("div", drawn, class_="scroll")


def _row(line: Line, at: int, widest: float) -> list[Markup]:
    y = at * ROW_HIGH + ROW_HIGH // 2
    ends = (round(_place(0, widest)), round(_place(line.ratio, widest)))
    name = tag("text", line.name, x="0", y=str(y + 4), class_="line-name")
    bar = tag("line", x1=str(ends[0]), x2=str(ends[1]), y1=str(y), y2=str(y), class_="bar")
    dots = [
        tag("circle", cx=str(round(_place(ratio, widest))), cy=str(y), r="4.5")
        for ratio in line.ratios
    ]
    return [name, bar, *dots]


def _place(ratio: float, widest: float) -> float:
    """Where a ratio stands, in the drawing's own units."""
    return NAMES_WIDE + EDGE + PLOT_WIDE * ratio / widest
