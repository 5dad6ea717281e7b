"""The hop table: what each hop of a pipeline, or processor, was given, and what became of it."""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.copy_trail import SOURCE_HOP, UNKNOWN_HOP, CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.source import Source
from harness.checkers.evidence.pipeline.trails import Trails
from harness.checkers.evidence.results import Results, results_of, unread
from harness.history.history import NOTHING
from harness.model.verdict import CheckResult, HopResult

LOST = ("lost-change", "missed-change", "missing-row", "skipped-record", "unprocessed")
DUPLICATE = ("duplicate-change", "repeated-snapshot", "duplicate-row", "double-processing")
REORDERED = ("reordered-change", "nonmonotonic-sighting", "reordered-result")
STALE = ("stale-row", "resurrected-row", "stale-beyond-bound", "stale-result")
FOREIGN = (
    *("phantom-change", "undecodable", "aliased-record"),
    *("foreign-row", "extra-row", "altered-row"),
)
OF_COPIES = (
    "missing-row",
    "duplicate-row",
    "stale-row",
    "resurrected-row",
    "foreign-row",
    "extra-row",
    "altered-row",
)
"""Counted for a copy's own faults only; what a feed did to copies stands there as inherited."""
EXAMPLES = 3


def hop_results(evidence: Evidence, results: Iterable[CheckResult]) -> tuple[HopResult, ...]:
    """One row for the source, and one for each hop, in the order of the way.

    Of a log workload: one row for each kind of processors whose results can be judged.
    """
    results = tuple(results)
    trails = evidence.trails
    if not trails.hops:
        made = () if unread(evidence) else results_of(evidence)
        return tuple(_of_processors(each, results) for each in made)
    feeds = {feed.hop.name: feed for feed in trails.feeds}
    copies = {copy.hop.name: copy for copy in trails.copies}
    counted = (
        _of_feed(feeds[hop.name], results)
        if hop.kind == "feed"
        else _of_copy(copies[hop.name], results)
        for hop in trails.hops
    )
    return (_of_source(trails.source, results), *(_ended(trails, result) for result in counted))


def hops_of(results: Iterable[CheckResult]) -> dict[str, tuple[str, ...]]:
    """Per kind that happened in hops of a pipeline: which hops are known to be to blame."""
    return {
        kind: tuple(hop for hop in hops if hop != UNKNOWN_HOP)
        for result in results
        for kind, hops in result.hops.items()
    }


def _ended(trails: Trails, result: HopResult) -> HopResult:
    """The result, with what keeps its figures from being the last word."""
    failed = trails.failed.get(result.hop)
    return msgspec.structs.replace(
        result, late=trails.late.get(result.hop, ""), failed=failed.task if failed else ""
    )


def _of_source(source: Source, results: tuple[CheckResult, ...]) -> HopResult:
    acked = int(source.writes["ok"].sum())
    lost = _counted(results, SOURCE_HOP, LOST[:1])
    return HopResult(
        hop=SOURCE_HOP,
        expected=acked,
        delivered=acked - lost,
        lost=lost,
        examples=_examples(results, SOURCE_HOP),
    )


def _of_feed(feed: FeedTrail, results: tuple[CheckResult, ...]) -> HopResult:
    name = feed.hop.name
    own = [_in_topics(kinds) for kinds in (LOST, DUPLICATE, REORDERED, FOREIGN)]
    lost, duplicate, reordered, foreign = (_counted(results, name, kinds) for kinds in own)
    return HopResult(
        hop=name,
        expected=int(np.count_nonzero(feed.expected)),
        delivered=int(np.count_nonzero(feed.expected & feed.reached)),
        lost=lost,
        duplicate=duplicate,
        reordered=reordered,
        foreign=foreign,
        examples=_examples(results, name),
    )


def _of_copy(copy: CopyTrail, results: tuple[CheckResult, ...]) -> HopResult:
    name = copy.hop.name
    return HopResult(
        hop=name,
        expected=int(np.count_nonzero(copy.source.truth != NOTHING)),
        delivered=copy.right,
        lost=_counted(results, name, LOST),
        duplicate=_counted(results, name, DUPLICATE),
        reordered=_counted(results, name, REORDERED),
        stale=_counted(results, name, STALE),
        foreign=_counted(results, name, FOREIGN),
        inherited=copy.inherited,
        examples=_examples(results, name),
    )


def _of_processors(made: Results, results: tuple[CheckResult, ...]) -> HopResult:
    name = made.spec.hop
    return HopResult(
        hop=name,
        expected=len(made.inputs),
        delivered=int(np.count_nonzero(made.made[made.inputs])),
        lost=_counted(results, name, LOST),
        duplicate=_counted(results, name, DUPLICATE),
        reordered=_counted(results, name, REORDERED),
        stale=_counted(results, name, STALE),
        examples=_examples(results, name),
    )


def _in_topics(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `kinds` that happen in topics."""
    return tuple(kind for kind in kinds if kind not in OF_COPIES)


def _counted(results: tuple[CheckResult, ...], hop: str, kinds: tuple[str, ...]) -> int:
    return sum(result.hops.get(kind, {}).get(hop, 0) for result in results for kind in kinds)


def _examples(results: tuple[CheckResult, ...], hop: str) -> tuple[str, ...]:
    """The first sentences of this hop, one of each kind before a second of any."""
    by_kind: dict[str, list[str]] = {}
    for result in results:
        for example in result.examples:
            if example.hop == hop:
                sentence = f"{example.kind}: {'; '.join(example.because)}"
                by_kind.setdefault(example.kind, []).append(sentence)
    # What a feed did to copies is told after what it did itself.
    kinds = sorted(by_kind, key=lambda kind: kind in OF_COPIES)
    return tuple(_taken_in_turn([by_kind[kind] for kind in kinds]))[:EXAMPLES]


def _taken_in_turn(lists: list[list[str]]) -> Iterator[str]:
    for place in range(max(map(len, lists), default=0)):
        for each in lists:
            yield from each[place : place + 1]
