"""The one time axis of a page: the run's own clock, and the buckets that charts count in."""

from dataclasses import dataclass

import polars as pl

from harness.history.history import History
from harness.model.facts import Facts
from harness.reporting.words import NS_PER_S

BUCKETS_MAX = 1500
_BUCKETS_MIN = 60
_OPERATIONS_PER_BUCKET = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Seconds on the run's clock, from its zero to the last thing that the run recorded."""

    end_ns: int
    bucket_ns: int

    @property
    def buckets(self) -> int:
        """How many buckets cover the run."""
        return self.end_ns // self.bucket_ns + 1

    @property
    def end_s(self) -> float:
        """Length of the run in seconds."""
        return self.seconds(self.end_ns)

    @property
    def bucket_s(self) -> float:
        """Width of a bucket in seconds."""
        return self.bucket_ns / NS_PER_S

    def seconds(self, time_ns: int) -> float:
        """`time_ns` in seconds, to the microsecond."""
        return round(time_ns / NS_PER_S, 6)

    def bucket(self, column: str) -> pl.Expr:
        """The bucket that a time column falls into."""
        return (pl.col(column) // self.bucket_ns).alias("bucket")


def axis_of(history: History, facts: Facts) -> Axis:
    """The axis that covers every operation and every fact."""
    told = [
        event.time_ns
        for events in (
            facts.faults,
            facts.phases,
            facts.leaders,
            facts.ends,
            facts.tasks,
            facts.groups,
            facts.lags,
        )
        for event in events
    ]
    seen = history.operations.select(
        invoke=pl.col("invoke_ns").max(), complete=pl.col("complete_ns").max()
    ).row(0)
    end_ns = max((0, *told, *(time or 0 for time in seen)))
    return Axis(end_ns=end_ns, bucket_ns=_bucket_ns(end_ns, history.operations.height))


def _bucket_ns(span_ns: int, operations: int) -> int:
    """The smallest of 1, 2, 5, 10... ns that gives few enough buckets.

    A bucket holds ten operations on average, or a rate over it would be noise.
    """
    most = min(BUCKETS_MAX, max(_BUCKETS_MIN, operations // _OPERATIONS_PER_BUCKET))
    least = span_ns // (most - 1) + 1
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least:
                return step * factor
        step *= 10
