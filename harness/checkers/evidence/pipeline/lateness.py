"""Hops that were still at work when the run ended: what they miss may only be late.

After the last write a run puts end marks, rows like any other, into every table; the workload has
so many that some go to each partition. It may do so several times, each time a round of rows with a
process of its own, and the last round is the one that must have come. A feed of which no mark of a
table came out, and a copy to which none of those in a log came, had not finished. A mark that was
seen somewhere while the run settled has been there, whatever became of it: a cache forgets, and
retention removes. A hop whose task has FAILED has finished: nobody restarts it; so has a feed to
which the source will never hand what it has yet to read. A history without end marks was written by
hand and is whole.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from harness.checkers.evidence.arrays import Flags, Longs, Rows
from harness.checkers.evidence.pipeline.copy_trail import CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.source import Source
from harness.history.journal import END_MARK
from harness.history.tables import SEQUENCE_BITS


def late_hops(
    source: Source, feeds: tuple[FeedTrail, ...], copies: tuple[CopyTrail, ...]
) -> dict[str, str]:
    """Names of the hops that had not finished, each with what shows it."""
    rounds = source.processes_named(END_MARK)
    if not rounds:
        return {}
    marks = _Marks(source, _last_whole(source, rounds))
    return dict([*_late_feeds(feeds, copies, marks), *_late_copies(copies, marks)])


def _last_whole(source: Source, rounds: list[int]) -> list[int]:
    """The last round that was committed to all tables that have any mark; all, if none was."""
    writer = source.version >> SEQUENCE_BITS
    tables = np.unique(source.table[np.isin(writer, rounds)])
    for each in reversed(rounds):
        if len(tables) and len(np.unique(source.table[writer == each])) == len(tables):
            return [each]
    return rounds


class _Marks:
    """The rows of one round, and where they are or were."""

    def __init__(self, source: Source, rounds: list[int]) -> None:
        self.source = source
        self.rounds = rounds
        self.changes: Flags = self.of(source.version)
        self.entities: Rows = np.unique(source.entity[self.changes])
        writer = pl.col("version").floordiv(1 << SEQUENCE_BITS)
        self._sights = source.flow.sightings.filter(writer.is_in(rounds))

    def of(self, versions: Longs) -> Flags:
        """Which versions are a mark's."""
        marks: Flags = np.isin(versions >> SEQUENCE_BITS, self.rounds)
        return marks

    def seen_in(self, place: int) -> Rows:
        """Entities of marks that were seen in a place while the run settled."""
        return np.unique(self.source.entities_of(self._sights.filter(pl.col("place") == place)))

    def at(self, copy: CopyTrail) -> Rows:
        """Entities of marks that a copy holds or was seen to hold."""
        held = self.entities[copy.held[self.entities] > 0]
        return np.union1d(held, self.seen_in(copy.place))


def _late_feeds(
    feeds: tuple[FeedTrail, ...], copies: tuple[CopyTrail, ...], marks: _Marks
) -> Iterator[tuple[str, str]]:
    source = marks.source
    tables = np.unique(source.table[marks.changes])
    table_of = source.entities["table"].to_numpy()
    for feed in feeds:
        there = source.entity[marks.changes & feed.reached]
        beyond = [marks.at(copy) for copy in copies if copy.feed is feed]
        came = np.concatenate([there, marks.seen_in(source.place(feed.hop.target)), *beyond])
        if not len(tables):
            yield feed.hop.name, "no end mark was committed"
        elif len(np.unique(table_of[came])) < len(tables):
            yield feed.hop.name, "no end mark had reached its topics"


def _late_copies(copies: tuple[CopyTrail, ...], marks: _Marks) -> Iterator[tuple[str, str]]:
    for copy in copies:
        feed = copy.feed
        if feed is None:
            continue  # Nothing is on its way to a cache of the application.
        came = marks.at(copy)
        if len(marks.entities) and len(came) == len(marks.entities):
            continue  # Also when the topics have lost them meanwhile.
        events = np.flatnonzero(marks.of(feed.version))
        logs: Longs = np.unique(feed.log[events]).astype(np.int64)
        arrived = np.isin(feed.entity[events], came)
        behind = np.setdiff1d(logs, feed.log[events[arrived]])
        if not len(logs):
            yield copy.hop.name, "no end mark had reached the topics it reads"
        elif len(behind):
            yield (
                copy.hop.name,
                f"no end mark of {len(behind)} of {len(logs)} partitions had reached it",
            )
