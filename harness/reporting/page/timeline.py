"""What the page's timeline draws: lanes of spans, operations, and charts, all on one axis.

The page carries one `Timeline` as JSON; `assets/timeline-*.js` draw it. Times are seconds on the
page's axis. Its size does not grow with the run: charts have at most `BUCKETS_MAX` points,
operations stand one by one only up to `EACH_MAX`, lanes and spans are capped and say what they
leave out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from harness.history.history import History
from harness.model.facts import Facts, LeaderEvent
from harness.model.scenario import Scenario
from harness.reporting.entry import entry_of
from harness.reporting.page.axis import Axis
from harness.reporting.page.charts import Chart, charts
from harness.reporting.page.fault_story import FaultStory
from harness.reporting.page.group_lanes import group_lanes, lag_charts
from harness.reporting.page.lanes import OperationLanes, operation_lanes
from harness.reporting.page.numbering import Pin
from harness.reporting.page.spans import LANES_MAX, SPANS_MAX, Lanes, Span
from harness.reporting.page.staleness import staleness_charts
from harness.reporting.page.task_lanes import task_lanes
from harness.reporting.words import listed


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page draws."""

    end: float
    bucket: float
    phases: Lanes
    faults: Lanes
    tasks: Lanes
    groups: Lanes
    leaders: Lanes
    operations: OperationLanes
    charts: tuple[Chart, ...]


def timeline(
    axis: Axis,
    history: History,
    facts: Facts,
    faults: Sequence[FaultStory],
    pins: Mapping[int, Pin],
    named_logs: Collection[str],
    scenario: Scenario,
) -> Timeline:
    """The timeline of one run; `pins` mark operations, `named_logs` are never left out."""
    return Timeline(
        end=axis.end_s,
        bucket=axis.bucket_s,
        phases=_phases(axis, facts),
        faults=_faults(axis, faults),
        tasks=task_lanes(axis, facts),
        groups=group_lanes(axis, history, facts, scenario),
        leaders=_leaders(axis, facts, named_logs),
        operations=operation_lanes(axis, history, pins),
        charts=(
            *charts(axis, history, facts, entry_of(scenario)),
            *lag_charts(axis, facts),
            *staleness_charts(axis, history, facts, scenario.pipeline),
        ),
    )


def _phases(axis: Axis, facts: Facts) -> Lanes:
    phases = sorted(facts.phases, key=lambda phase: phase.time_ns)
    moments = [*(axis.seconds(phase.time_ns) for phase in phases), axis.end_s]
    spans = tuple(
        Span(
            lane=0,
            start=start,
            end=end,
            label=phase.phase,
            tone=f"phase-{number % 2}",
        )
        for number, (phase, (start, end)) in enumerate(zip(phases, pairwise(moments), strict=True))
    )
    return Lanes(names=("phase",) if spans else (), spans=spans[:SPANS_MAX])


def _faults(axis: Axis, faults: Sequence[FaultStory]) -> Lanes:
    """One lane per target; faults that overlap on one target get a second lane of that name."""
    lanes: list[tuple[str, float]] = []  # name of each lane, and when it is free again
    spans: list[Span] = []
    timed = [(story, story.interval_ns(axis.end_ns)) for story in faults]
    begun = [(story, interval) for story, interval in timed if interval is not None]
    for story, (start_ns, end_ns) in sorted(begun, key=lambda pair: pair[1]):
        start, end = axis.seconds(start_ns), axis.seconds(end_ns)
        for target in story.targets or ("no target",):
            free = (
                number
                for number, (name, free_from) in enumerate(lanes)
                if name == target and free_from <= start
            )
            lane = next(free, len(lanes))
            lanes[lane : lane + 1] = [(target, end)]
            spans.append(
                Span(
                    lane=lane,
                    start=start,
                    end=end,
                    label=story.kind,
                    tone="fault" if story.is_proved else "unproved",
                    note=f"{story.step}: {story.kind} on {target}, {story.state}",
                )
            )
    return _by_name([name for name, _ in lanes], spans)


def _by_name(names: Sequence[str], spans: Iterable[Span]) -> Lanes:
    """Lanes in order of name, capped."""
    order = sorted(range(len(names)), key=lambda lane: (names[lane], lane))
    place = {lane: number for number, lane in enumerate(order)}
    moved = (msgspec.structs.replace(span, lane=place[span.lane]) for span in spans)
    return Lanes(
        names=tuple(names[lane] for lane in order[:LANES_MAX]),
        spans=tuple(span for span in moved if span.lane < LANES_MAX)[:SPANS_MAX],
        left_out=max(0, len(names) - LANES_MAX),
    )


def _leaders(axis: Axis, facts: Facts, named_logs: Collection[str]) -> Lanes:
    """One lane per log; of too many, those that anomalies name, then the busiest."""
    by_log: dict[str, list[LeaderEvent]] = {}
    for event in facts.leaders:
        by_log.setdefault(event.log, []).append(event)
    chosen = sorted(by_log, key=lambda log: (log not in named_logs, -len(by_log[log]), log))[
        :LANES_MAX
    ]
    chosen.sort()
    spans: list[Span] = []
    for lane, log in enumerate(chosen):
        spans.extend(_leader_spans(axis, lane, sorted(by_log[log], key=lambda e: e.time_ns)))
    return Lanes(
        names=tuple(chosen),
        spans=tuple(spans[:SPANS_MAX]),
        left_out=len(by_log) - len(chosen),
    )


def _leader_spans(axis: Axis, lane: int, events: Sequence[LeaderEvent]) -> Iterable[Span]:
    replicas = max(1, *(len(event.isr) for event in events))
    ends_ns = [later.time_ns for _, later in pairwise(events)] + [axis.end_ns]
    for event, end_ns in zip(events, ends_ns, strict=True):
        isr = (
            f"ISR {listed([str(broker) for broker in event.isr], 8)}" if event.isr else "ISR empty"
        )
        epoch = "" if event.epoch is None else f", leader epoch {event.epoch}"
        leader = "no leader" if event.leader is None else f"broker-{event.leader}"
        yield Span(
            lane=lane,
            start=axis.seconds(event.time_ns),
            end=axis.seconds(end_ns),
            label=leader if event.leader is None else str(event.leader),
            tone="leaderless" if event.leader is None else f"broker-{event.leader}",
            share=1.0 if event.leader is None else len(event.isr) / replicas,
            note=f"{leader}, {isr} ({len(event.isr)} of {replicas}){epoch}",
        )
