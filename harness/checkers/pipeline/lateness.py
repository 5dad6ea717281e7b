"""Hops that were still at work when the run ended: what they miss may only be late.

After the last write a run puts end marks, rows like any other, into every table; the workload has
so many that some go to each partition. A feed of which no mark of a table came out, and a copy to
which none of those in a log came, had not finished. A hop whose task has FAILED has: nobody
restarts it. A history without end marks was written by hand and is whole.
"""

from collections.abc import Iterator

import numpy as np

from harness.checkers.arrays import Flags, Longs
from harness.checkers.pipeline.copy_trail import CopyTrail
from harness.checkers.pipeline.feed_trail import FeedTrail
from harness.checkers.pipeline.source import Source
from harness.history.journal import END_MARK, SEQUENCE_BITS

KINDS = (
    "missed-change",
    "missing-tombstone",
    "torn-transaction",
    "missing-row",
    "stale-row",
    "resurrected-row",
)
"""Kinds that something late looks like."""


def late_hops(
    source: Source, feeds: tuple[FeedTrail, ...], copies: tuple[CopyTrail, ...]
) -> dict[str, str]:
    """Names of the hops that had not finished, each with what shows it."""
    writer = source.process_named(END_MARK)
    if writer is None:
        return {}
    marks: Flags = (source.version >> SEQUENCE_BITS) == writer
    return dict([*_late_feeds(source, feeds, marks), *_late_copies(copies, writer)])


def _late_feeds(
    source: Source, feeds: tuple[FeedTrail, ...], marks: Flags
) -> Iterator[tuple[str, str]]:
    tables = np.unique(source.table[marks])
    for feed in feeds:
        there = np.unique(source.table[marks & feed.reached])
        if not len(tables):
            yield feed.hop.name, "no end mark was committed"
        elif len(there) < len(tables):
            yield feed.hop.name, "no end mark had reached its topics"


def _late_copies(copies: tuple[CopyTrail, ...], writer: int) -> Iterator[tuple[str, str]]:
    for copy in copies:
        feed = copy.feed
        if feed is None:
            continue  # Nothing is on its way to a cache of the application.
        marks = np.flatnonzero((feed.version >> SEQUENCE_BITS) == writer)
        logs: Longs = np.unique(feed.log[marks]).astype(np.int64)
        arrived = copy.held[feed.entity[marks]] > 0
        behind = np.setdiff1d(logs, feed.log[marks[arrived]])
        if not len(logs):
            yield copy.hop.name, "no end mark had reached the topics it reads"
        elif len(behind):
            yield copy.hop.name, f"no end mark of {len(behind)} of {len(logs)} logs had reached it"
