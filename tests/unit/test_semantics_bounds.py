"""What a handful of runs bound: against values from tables of statistics, and by definition."""

import pytest

from harness.reporting.semantics.bounds import median_interval, rule_of_three, spread, wilson


@pytest.mark.parametrize(
    ("shown", "runs", "low", "high"),
    # From R: binom::binom.wilson(shown, runs).
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 2, 0.0945, 0.9055)],
)
def test_the_score_interval_is_wilsons(shown: int, runs: int, low: float, high: float) -> None:
    assert wilson(shown, runs) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("runs", "bound"), [(1, None), (3, None), (4, 0.75), (30, 0.1)])
def test_nothing_in_n_runs_is_below_three_nths(runs: int, bound: float | None) -> None:
    assert rule_of_three(runs) == bound


@pytest.mark.parametrize(
    ("runs", "interval"),
    # Tables of the sign test: 6 runs give 96.9 %, 9 with one left out 96.1 %, 10 likewise 97.9 %.
    [(1, None), (5, None), (6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (12, (3, 10))],
)
def test_the_median_lies_between_order_statistics(
    runs: int, interval: tuple[float, float] | None
) -> None:
    assert median_interval(range(1, runs + 1)) == interval


def test_a_spread_is_of_the_values_in_order() -> None:
    found = spread([5.0, 1.0, 3.0])
    assert found is not None
    assert (found.runs, found.low, found.middle, found.high, found.interval) == (3, 1, 3, 5, None)
    assert spread([]) is None
