"""The one time axis of a page: where it starts and ends, and its buckets."""

from dataclasses import dataclass

import polars as pl

from harness.history.history import History
from harness.model.facts import Facts
from harness.reporting.words import NS_PER_MS, NS_PER_S

BUCKETS_MAX = 1500
_FINE_NS = 100 * NS_PER_MS
_FEW = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The clock of one page: seconds since the first thing that the run recorded."""

    origin_ns: int
    end_ns: int
    bucket_ns: int

    @property
    def buckets(self) -> int:
        """How many buckets cover the run."""
        return (self.end_ns - self.origin_ns) // self.bucket_ns + 1

    @property
    def end_s(self) -> float:
        """Length of the run in seconds."""
        return self.seconds(self.end_ns)

    @property
    def bucket_s(self) -> float:
        """Width of a bucket in seconds."""
        return self.bucket_ns / NS_PER_S

    def seconds(self, time_ns: int) -> float:
        """`time_ns` on this axis, to the microsecond."""
        return round((time_ns - self.origin_ns) / NS_PER_S, 6)

    def stamp(self, time_ns: int | None) -> str:
        """`time_ns` for a table."""
        return "never" if time_ns is None else f"{self.seconds(time_ns):,.3f} s"

    def bucket(self, column: str) -> pl.Expr:
        """The bucket that a time column falls into."""
        return ((pl.col(column) - self.origin_ns) // self.bucket_ns).cast(pl.Int64).alias("bucket")


def axis_of(history: History, facts: Facts) -> Axis:
    """The axis that covers every operation and every fact."""
    times = [
        event.time_ns for events in (facts.faults, facts.phases, facts.leaders) for event in events
    ]
    if history.operations.height:
        first, last, done = history.operations.select(
            first=pl.col("invoke_ns").min(),
            last=pl.col("invoke_ns").max(),
            done=pl.col("complete_ns").max(),
        ).row(0)
        times += [first, last] if done is None else [first, last, done]
    origin_ns, end_ns = (min(times), max(times)) if times else (0, 0)
    return Axis(
        origin_ns=origin_ns, end_ns=end_ns, bucket_ns=_bucket_ns(max(1, end_ns - origin_ns))
    )


def _bucket_ns(span_ns: int) -> int:
    """The smallest of 1, 2, 5, 10... ns that gives at most BUCKETS_MAX buckets.

    A bucket is at least 100 ms where the run is long enough for that: below, a rate is noise.
    """
    least = max(span_ns // (BUCKETS_MAX - 1) + 1, min(_FINE_NS, span_ns // _FEW))
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least:
                return step * factor
        step *= 10
