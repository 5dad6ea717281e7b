"""The hop table: what each hop of a pipeline, or processor, was given, and what became of it."""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.copy_trail import UNKNOWN_HOP, CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.source import Source
from harness.checkers.evidence.pipeline.trails import Trails
from harness.checkers.evidence.results import Results, results_of, unread
from harness.checkers.kind import KINDS
from harness.history.history import NOTHING
from harness.model.verdict import CheckResult, HopResult

EXAMPLES = 3


def hop_results(evidence: Evidence, results: Iterable[CheckResult]) -> tuple[HopResult, ...]:
    """One row for the source, and one for each hop, in the order of the way.

    Of a log workload: one row for each kind of processors whose results can be judged.
    """
    results = tuple(results)
    trails = evidence.trails
    if not trails.hops:
        made = () if unread(evidence) else results_of(evidence)
        return tuple(_filled(_of_processors(each), results) for each in made)
    feeds = {feed.hop.name: _of_feed(feed) for feed in trails.feeds}
    copies = {copy.hop.name: _of_copy(copy) for copy in trails.copies}
    ways = [{**feeds, **copies}[hop.name] for hop in trails.hops]
    source = _filled(_of_source(trails.source), results, of_copies=False)
    return (
        msgspec.structs.replace(source, delivered=source.expected - source.lost),
        *(_ended(trails, _filled(each, results, of_copies=each.hop in copies)) for each in ways),
    )


def hops_of(results: Iterable[CheckResult]) -> dict[str, tuple[str, ...]]:
    """Per kind that happened in hops of a pipeline: which hops are known to be to blame."""
    return {
        kind: tuple(hop for hop in hops if hop != UNKNOWN_HOP)
        for result in results
        for kind, hops in result.hops.items()
    }


def _filled(
    result: HopResult, results: tuple[CheckResult, ...], *, of_copies: bool = True
) -> HopResult:
    """The result with what was found at its hop.

    Kinds of copies count for a copy's own faults only; what a feed did to copies stands there as
    inherited.
    """
    columns: dict[str, int] = {}
    for found in results:
        for name, hops in found.hops.items():
            kind = KINDS[name]
            if kind.hop_column and (of_copies or not kind.of_copies):
                columns[kind.hop_column] = columns.get(kind.hop_column, 0) + hops.get(result.hop, 0)
    return msgspec.structs.replace(result, examples=_examples(results, result.hop), **columns)


def _ended(trails: Trails, result: HopResult) -> HopResult:
    """The result, with what keeps its figures from being the last word."""
    failed = trails.failed.get(result.hop)
    return msgspec.structs.replace(
        result, late=trails.late.get(result.hop, ""), failed=failed.task if failed else ""
    )


def _of_source(source: Source) -> HopResult:
    return HopResult(hop=source.hop, expected=int(source.writes["ok"].sum()), delivered=0)


def _of_feed(feed: FeedTrail) -> HopResult:
    return HopResult(
        hop=feed.hop.name,
        expected=int(np.count_nonzero(feed.expected)),
        delivered=int(np.count_nonzero(feed.expected & feed.reached)),
    )


def _of_copy(copy: CopyTrail) -> HopResult:
    return HopResult(
        hop=copy.hop.name,
        expected=int(np.count_nonzero(copy.source.truth != NOTHING)),
        delivered=copy.right,
        inherited=copy.inherited,
    )


def _of_processors(made: Results) -> HopResult:
    return HopResult(
        hop=made.spec.hop,
        expected=len(made.inputs),
        delivered=int(np.count_nonzero(made.made[made.inputs])),
    )


def _examples(results: tuple[CheckResult, ...], hop: str) -> tuple[str, ...]:
    """The first sentences of this hop, one of each kind before a second of any."""
    by_kind: dict[str, list[str]] = {}
    for result in results:
        for example in result.examples:
            if example.hop == hop:
                sentence = f"{example.kind}: {'; '.join(example.because)}"
                by_kind.setdefault(example.kind, []).append(sentence)
    # What a feed did to copies is told after what it did itself.
    kinds = sorted(by_kind, key=lambda kind: KINDS[kind].of_copies)
    return tuple(_taken_in_turn([by_kind[kind] for kind in kinds]))[:EXAMPLES]


def _taken_in_turn(lists: list[list[str]]) -> Iterator[str]:
    for place in range(max(map(len, lists), default=0)):
        for each in lists:
            yield from each[place : place + 1]
