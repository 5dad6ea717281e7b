"""The hop table of a pipeline: what each hop was given and what became of it, in two renderings."""

from collections.abc import Mapping, Sequence

from harness.model.verdict import HopResult
from harness.reporting.markup import Markup, items, join, table, tag
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
    "Expected are acknowledged writes at the source, owed changes at topics, the source's rows at "
    "a copy. Each fault stands at the hop that made it; inherited are rows of a copy that are "
    "wrong because of an earlier hop. A row that a cache lacks is not lost."
)


def section(hops: Sequence[HopResult]) -> Markup:
    """The table and the first examples of each hop, for the page."""
    rows = [(result.hop, *_cells(result)) for result in hops]
    return join(
        [
            tag("p", _LEGEND, class_="quiet"),
            table(HEAD, rows, numbers=range(1, len(HEAD)), kind="hops"),
            *(
                join([tag("h3", result.hop), items(result.examples)])
                for result in hops
                if result.examples
            ),
        ]
    )


def lines(hops: Sequence[HopResult]) -> str:
    """The table as text, each hop with its first example, for the terminal."""
    cells = [tuple(word.lower() for word in HEAD), *((each.hop, *_cells(each)) for each in hops)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    examples = ["", *(each.examples[0] if each.examples else "" for each in hops)]
    told = []
    for row, example in zip(cells, examples, strict=True):
        figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        told.append(f"  {row[0].ljust(widths[0])}  {'  '.join(figures)}\n")
        if example:
            told.append(f"      {example}\n")
    return "".join(told)


def by_hop(hops: Mapping[str, int]) -> str:
    """`3 at mysql → main/topics (debezium)`, the most first."""
    most_first = sorted(hops.items(), key=lambda item: -item[1])
    return ", ".join(f"{count(number)} at {hop}" for hop, number in most_first)


def _cells(result: HopResult) -> tuple[str, ...]:
    return tuple(
        count(number)
        for number in (
            result.expected,
            result.delivered,
            result.lost,
            result.duplicate,
            result.reordered,
            result.stale,
            result.foreign,
            result.inherited,
        )
    )
