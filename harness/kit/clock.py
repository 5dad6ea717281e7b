"""Time for the whole harness: monotonic nanoseconds inside a run, UTC only in a manifest."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the harness asks of time; a run on fakes brings a virtual one."""

    @property
    def now_ns(self) -> Callable[[], int]:
        """Monotonic nanoseconds; an attribute so that a hot loop can bind it once."""

    def pause(self, seconds: float) -> None:
        """Let `seconds` pass. Only waits, pacing and settling may call it."""


class MonotonicClock:
    """The machine's monotonic clock."""

    now_ns = staticmethod(time.monotonic_ns)  # noqa: TID251 - the one place

    def pause(self, seconds: float) -> None:
        """Let `seconds` of real time pass."""
        time.sleep(seconds)  # noqa: TID251 - the one place


REAL = MonotonicClock()


def utc_now() -> str:
    """The wall clock as `2026-11-22T12:00:00.123Z`, for people and manifests only."""
    now = datetime.now(UTC)  # noqa: TID251 - the one place
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc_ms() -> int:
    """The wall clock as milliseconds since 1970, for times that people name."""
    return int(datetime.now(UTC).timestamp() * 1e3)  # noqa: TID251 - the one place
