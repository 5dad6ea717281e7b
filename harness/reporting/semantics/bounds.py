"""What a handful of runs say about the next one: intervals that assume no distribution.

    share of runs        Wilson's score interval, 95 %
    nothing in n runs    the rule of three: with 95 % confidence fewer than 3/n of runs show it
    a measurement        the median over runs, between two order statistics (the sign test's
                         interval): 95 % confidence takes six runs

Records of one run share its faults, so that not they but runs are independent: nothing here treats
ten thousand records of one run as ten thousand trials.
"""

from collections.abc import Sequence
from math import comb, sqrt
from statistics import median

import msgspec

Z_95 = 1.959963984540054
CONFIDENCE = 0.95


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement over runs: smallest, median, largest, and the median's 95 % interval."""

    runs: int
    low: float
    middle: float
    high: float
    interval: tuple[float, float] | None
    """None where there are too few runs for any."""


def spread(values: Sequence[float]) -> Spread | None:
    """The spread of `values`, one a run; None without any."""
    if not values:
        return None
    ordered = sorted(values)
    return Spread(
        runs=len(ordered),
        low=ordered[0],
        middle=median(ordered),
        high=ordered[-1],
        interval=median_interval(ordered),
    )


def median_interval(ordered: Sequence[float]) -> tuple[float, float] | None:
    """The narrowest pair of order statistics, equally far from both ends, that covers the median.

    Each value lies below the median with probability 1/2, so the median lies outside the pair with
    twice the probability that at most `left_out` of them do.
    """
    runs, outside, found = len(ordered), 0.0, None
    for left_out in range(runs // 2):
        outside += 2 * comb(runs, left_out) / 2**runs
        if outside > 1 - CONFIDENCE:
            break
        found = (ordered[left_out], ordered[runs - 1 - left_out])
    return found


def wilson(shown: int, runs: int) -> tuple[float, float]:
    """Wilson's 95 % score interval for the share of runs that show something, from 0 to 1."""
    share, weight = shown / runs, Z_95**2 / runs
    middle = (share + weight / 2) / (1 + weight)
    half = Z_95 / (1 + weight) * sqrt(share * (1 - share) / runs + weight / (4 * runs))
    return max(0.0, middle - half), min(1.0, middle + half)


def rule_of_three(runs: int) -> float | None:
    """The share of runs below which, with 95 % confidence, what none of `runs` showed stays.

    None where the rule says nothing: three runs or fewer.
    """
    return 3 / runs if runs > 3 else None
