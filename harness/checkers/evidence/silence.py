"""For how long something was asked for and nothing came."""

import numpy as np

from harness.checkers.evidence.arrays import Flags, Longs
from harness.checkers.evidence.columns import NEVER


def longest_gap_ns(began: Longs, ended: Longs, ok: Flags) -> int:
    """The longest time without an ok completion while something was outstanding.

    It runs from an ok completion, when something is outstanding then, or else from the next
    beginning, to the next ok completion. What never completed is outstanding until the last moment
    that is known.

    Args:
        began: when each was asked for, in order.
        ended: when each ended, or NEVER.
        ok: whether it ended well.
    """
    last = max(int(began[-1]), int(ended[ended != NEVER].max(initial=0)))
    back = np.sort(ended[ok])
    ended = np.sort(np.where(ended == NEVER, last, ended))
    marks = np.concatenate([[int(began[0])], back])
    outstanding = np.searchsorted(began, marks, "right") > np.searchsorted(ended, marks, "right")
    following = np.append(began, last)[np.searchsorted(began, marks, "right")]
    begins = np.where(outstanding, marks, following)
    return int((np.append(back, last) - begins).max(initial=0))
