"""Consumer groups on the page: who was in each, when it shared its logs anew, how far it lagged.

What coordinators showed is looked at a few times a second, so a rebalance may pass unseen there;
the lane of generations is drawn from what members were told, which misses none.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import polars as pl

from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import MEMBER, Group
from harness.checkers.evidence.soundness import sound
from harness.checkers.statistics.groups import rebalance_spans
from harness.history.history import History
from harness.kit.counts import counted
from harness.model.facts import Facts, GroupEvent, LagEvent
from harness.model.scenario import Scenario
from harness.reporting.page.axis import Axis
from harness.reporting.page.charts import SERIES_MAX, Chart, Column, rounded
from harness.reporting.page.spans import LANES_MAX, SPANS_MAX, Lanes, Span
from harness.reporting.words import listed

STABLE, REBALANCE = "stable", "rebalance"
_LOGS_MAX = 8


def group_lanes(axis: Axis, history: History, facts: Facts, scenario: Scenario) -> Lanes:
    """Two lanes for each group, in order of name: its coordinator's view, and its generations."""
    told: dict[str, list[GroupEvent]] = {}
    for event in sorted(facts.groups, key=lambda event: event.time_ns):
        told.setdefault(event.group, []).append(event)
    shares = _rebalances(history, facts, scenario)
    kinds = sorted({*told, *shares})
    names: list[str] = []
    spans: list[Span] = []
    for kind in kinds[: LANES_MAX // 2]:
        spans += _states(axis, len(names), told.get(kind, ()))
        spans += _generations(axis, len(names) + 1, shares.get(kind, ()))
        names += [kind, f"{kind}, generations"]
    left_out = 2 * max(0, len(kinds) - LANES_MAX // 2)
    return Lanes(names=tuple(names), spans=tuple(spans[:SPANS_MAX]), left_out=left_out)


def lag_charts(axis: Axis, facts: Facts) -> tuple[Chart, ...]:
    """One chart for each group of which offsets were seen: by log while they are few, else in all.

    Where a group has committed nothing, all of the log lies before it.
    """
    told: dict[str, dict[str, list[LagEvent]]] = {}
    for event in sorted(facts.lags, key=lambda event: event.time_ns):
        told.setdefault(event.group, {}).setdefault(event.log, []).append(event)
    return tuple(_lag(axis, group, logs) for group, logs in sorted(told.items()))


def _rebalances(
    history: History, facts: Facts, scenario: Scenario
) -> dict[str, tuple[tuple[int, int, int], ...]]:
    members = history.processes.filter(pl.col("client") == MEMBER, pl.col("group").is_not_null())
    groups = members.select("group", "kind").unique().sort("kind")
    if groups.is_empty():
        return {}
    evidence = Evidence(sound(history)[0], facts, scenario)
    found = {
        kind: rebalance_spans(Group(evidence, name, kind)) for name, kind in groups.iter_rows()
    }
    return {kind: spans for kind, spans in found.items() if spans}


def _states(axis: Axis, lane: int, events: Sequence[GroupEvent]) -> Iterator[Span]:
    """From each view of the coordinator to the next; the last one lasts."""
    ends_ns = [later.time_ns for _, later in pairwise(events)] + [axis.end_ns]
    for event, end_ns in zip(events, ends_ns, strict=False):
        shares = "".join(
            f"\n{each.member}: {listed(list(each.logs), _LOGS_MAX) or 'nothing'}"
            for each in event.members
        )
        members = counted(len(event.members), "member")
        state = event.state.replace("_", " ")
        yield Span(
            lane=lane,
            start=axis.seconds(event.time_ns),
            end=axis.seconds(end_ns),
            label=members if event.state == STABLE else state,
            tone=f"group-{_tone(event.state)}",
            note=f"{state}, {members}, coordinator {event.coordinator or 'unknown'}{shares}",
        )


def _tone(state: str) -> str:
    return REBALANCE if state.endswith("rebalancing") else state


def _generations(
    axis: Axis, lane: int, rebalances: Sequence[tuple[int, int, int]]
) -> Iterator[Span]:
    """The way into each generation, and what is left of its time."""
    ends_ns = [begin for _, begin, _ in rebalances[1:]] + [axis.end_ns]
    for (generation, begin_ns, given_ns), end_ns in zip(rebalances, ends_ns, strict=False):
        begin, given, end = (axis.seconds(each) for each in (begin_ns, given_ns, end_ns))
        took = f"{(given_ns - begin_ns) / 1e6:,.0f} ms"
        name = f"generation {generation}"
        yield Span(
            lane=lane,
            start=begin,
            end=given,
            label="",
            tone=f"group-{REBALANCE}",
            note=f"rebalance to {name}: {took} from the first revocation or assignment to the last "
            "assignment",
        )
        yield Span(
            lane=lane,
            start=given,
            end=max(given, end),
            label=str(generation),
            tone=f"group-{STABLE}",
            note=name,
        )


def _lag(axis: Axis, group: str, logs: dict[str, list[LagEvent]]) -> Chart:
    by_log = {log: _behind(axis, events) for log, events in sorted(logs.items())}
    if len(by_log) > SERIES_MAX:
        total = np.nansum(np.stack(list(by_log.values())), axis=0)
        by_log = {f"sum over {len(by_log)} partitions": total}
    columns: tuple[Column, ...] = tuple(map(rounded, by_log.values()))
    title = f"Lag of {group} by committed offsets, from its coordinator"
    return Chart(title=title, unit="offsets", labels=tuple(by_log), columns=columns)


def _behind(axis: Axis, events: Sequence[LagEvent]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The last that was seen in each bucket, carried on to the next; NaN before the first."""
    values = np.full(axis.buckets, np.nan)
    places = [event.time_ns // axis.bucket_ns for event in events]
    ends = [*places[1:], axis.buckets]
    for event, place, end in zip(events, places, ends, strict=True):
        values[place : max(end, place + 1)] = event.end - (event.committed or 0)
    return values
