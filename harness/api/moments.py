"""Conditions: when a step starts."""

from harness.api.steps import Moment
from harness.model.conditions import (
    Acks,
    Alone,
    Changes,
    Cleaned,
    Elapsed,
    Elected,
    FullyReplicated,
    Offsets,
    Reads,
    Rebalanced,
    Removed,
    Results,
    Sends,
    WaitCondition,
)
from harness.model.fault import After


def after(  # noqa: PLR0913 - each is a count that a step may wait for
    *,
    acks: int = 0,
    sends: int = 0,
    results: int = 0,
    reads: int = 0,
    changes: int = 0,
    offsets: int = 0,
    removed: int = 0,
    cleaned: bool = False,
    seconds: float = 0.0,
    whole: bool = False,
    limit_s: float = 30.0,
    spread: float = 0.0,
) -> Moment:
    """Start when all of these conditions are met; `harness.model.conditions` explains each."""
    counts: tuple[tuple[object, WaitCondition], ...] = (
        (acks, Acks(count=acks)),
        (sends, Sends(count=sends)),
        (results, Results(count=results)),
        (reads, Reads(count=reads)),
        (changes, Changes(count=changes)),
        (offsets, Offsets(count=offsets)),
        (removed, Removed(count=removed)),
        (cleaned, Cleaned()),
        (seconds, Elapsed(seconds=seconds)),
        (whole, FullyReplicated()),
    )
    # What takes a look at the cluster comes last.
    asked = tuple(condition for given, condition in counts if given != 0)
    return Moment(After(conditions=asked, limit_s=limit_s, spread=spread))


def after_election(topic: str, *, sends: int = 0, limit_s: float = 30.0) -> Moment:
    """Start when the first partition of a topic has a new leader."""
    counted: tuple[WaitCondition, ...] = (Sends(count=sends),) if sends != 0 else ()
    return Moment(After(conditions=(*counted, Elected(topic=topic)), limit_s=limit_s))


def after_shrink(topic: str, *, limit_s: float = 30.0) -> Moment:
    """Start when the leader is the only in-sync replica of the first partition of a topic."""
    return Moment(After(conditions=(Alone(topic=topic),), limit_s=limit_s))


def after_rebalance(group: str, *, limit_s: float = 30.0) -> Moment:
    """Start when a group of consumers or processors is stable with different members."""
    return Moment(After(conditions=(Rebalanced(group=group),), limit_s=limit_s))
