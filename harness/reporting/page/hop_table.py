"""The hop table of a pipeline, as HTML and as text."""

from collections.abc import Iterator, Mapping, Sequence

from harness.model.verdict import HopResult
from harness.reporting.page.markup import Markup, items, join, table, tag
from harness.reporting.words import count

HEAD = (
    "Hop",
    "Expected",
    "Delivered",
    "Lost",
    "Repeated",
    "Reordered",
    "Stale",
    "Foreign",
    "Inherited",
)
_LEGEND = (
    "Expected: at the source, rows of acknowledged writes; at topics, changes that must reach "
    "them; at a copy, the source's rows; at a processor, the records of its source topic. Errors "
    "are counted at the hop that caused them. Rows missing from a cache do not count as lost."
)
_LATE = "At a hop that is not finished, lost and stale rows may still have been in transit."


def section(hops: Sequence[HopResult]) -> Markup:
    """The table and the first examples of each hop, for the page."""
    rows = [(join([result.hop, *_ending(result)]), *_cells(result)) for result in hops]
    legend = f"{_LEGEND} {_LATE}" if any(result.late for result in hops) else _LEGEND
    return join(
        [
            tag("p", legend, class_="quiet"),
            table(HEAD, rows, numbers=range(1, len(HEAD)), kind="hops"),
            *(
                join([tag("h3", result.hop), items(result.examples)])
                for result in hops
                if result.examples
            ),
        ]
    )


def _ending(result: HopResult) -> Iterator[Markup]:
    """Why the numbers of a hop are not final, under its name."""
    if result.failed:
        yield tag("div", tag("span", f"{result.failed} FAILED", class_="badge invalid"))
    if result.late:
        badge = tag("span", "not finished", class_="badge unknown")
        yield tag("div", badge, " ", tag("span", result.late, class_="quiet"))


def lines(hops: Sequence[HopResult]) -> str:
    """The table as text, each hop with its first example, for the terminal."""
    cells = [tuple(word.lower() for word in HEAD), *((each.hop, *_cells(each)) for each in hops)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    notes: list[tuple[str, ...]] = [(), *map(_notes, hops)]
    told = []
    for row, sentences in zip(cells, notes, strict=True):
        figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        told.append(f"  {row[0].ljust(widths[0])}  {'  '.join(figures)}\n")
        told += [f"      {sentence}\n" for sentence in sentences]
    return "".join(told)


def _notes(result: HopResult) -> tuple[str, ...]:
    return (
        *([f"{result.failed} FAILED"] if result.failed else ()),
        *([f"not finished: {result.late}"] if result.late else ()),
        *result.examples[:1],
    )


def by_hop(hops: Mapping[str, int]) -> str:
    """`3 at mysql → main/topics (debezium)`, the most first."""
    most_first = sorted(hops.items(), key=lambda item: -item[1])
    return ", ".join(f"{count(number)} at {hop}" for hop, number in most_first)


def _cells(result: HopResult) -> tuple[str, ...]:
    most = _at_most if result.late else count
    return (
        count(result.expected),
        count(result.delivered),
        most(result.lost),
        count(result.duplicate),
        count(result.reordered),
        most(result.stale),
        count(result.foreign),
        count(result.inherited),
    )


def _at_most(number: int) -> str:
    """A count of what is missing, where more may have come."""
    return f"\u2264 {count(number)}" if number else count(number)
