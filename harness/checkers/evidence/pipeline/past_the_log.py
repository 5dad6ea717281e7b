"""Where a binary log breaks off itself: it was not told all that happened to a row."""

import numpy as np

from harness.checkers.evidence.arrays import NONE, Flags, Longs
from harness.checkers.evidence.pipeline.source import LAST, Source


def previous(source: Source) -> Longs:
    """Per change: the change of its entity before it, or NONE."""
    previous = np.full(source.count, NONE)
    followed = np.flatnonzero(source.following != LAST)
    previous[source.following[followed]] = followed
    return previous


def jumps(source: Source) -> Flags:
    """Per change: it starts from another row than the change of its entity before it left."""
    before = previous(source)
    jumps: Flags = before != NONE
    jumps[jumps] = source.before[jumps] != source.version[before[jumps]]
    return jumps


def past_the_log(source: Source) -> Flags:
    """Per change: what it starts from was never in the log, or was removed without a word in it.

    One that starts from an earlier version of its row may stand behind a commit that the table
    gave up.
    """
    if not source.drained:
        return np.zeros(source.count, dtype=np.bool_)
    unknown: Flags = source.versions(source.entity, source.before) == NONE
    return jumps(source) & unknown
