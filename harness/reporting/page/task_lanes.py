"""Connectors and their tasks on the timeline: where each ran, and when it did not."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from harness.model.facts import Facts, TaskEvent
from harness.reporting.page.axis import Axis
from harness.reporting.page.spans import LANES_MAX, Lanes, Span

SPANS_MAX = 1000
"""Fewer than elsewhere, since each may carry a trace."""
TRACE_MAX = 600
_RUNNING = "RUNNING"
_FAILED = "FAILED"


def task_lanes(axis: Axis, facts: Facts) -> Lanes:
    """One lane per connector and task, in order of place; of too many, first those that FAILED."""
    told: dict[str, list[TaskEvent]] = {}
    for event in sorted(facts.tasks, key=lambda event: event.time_ns):
        told.setdefault(f"{event.place} {event.task}", []).append(event)
    tones = _tones(facts)

    def urgency(name: str) -> tuple[bool, int, str]:
        return not _has_failed(told[name]), -len(told[name]), name

    chosen = sorted(sorted(told, key=urgency)[:LANES_MAX])
    spans = [
        span for lane, name in enumerate(chosen) for span in _spans(axis, lane, told[name], tones)
    ]
    return Lanes(
        names=tuple(chosen), spans=tuple(spans[:SPANS_MAX]), left_out=len(told) - len(chosen)
    )


def _has_failed(events: Sequence[TaskEvent]) -> bool:
    return any(event.state == _FAILED for event in events)


def _tones(facts: Facts) -> Mapping[str, str]:
    """A look of its own for each worker, in order of name."""
    workers = sorted({event.worker for event in facts.tasks})
    return {worker: f"worker-{number}" for number, worker in enumerate(workers, start=1)}


def _spans(
    axis: Axis, lane: int, events: Sequence[TaskEvent], tones: Mapping[str, str]
) -> Iterator[Span]:
    """From each change of state to the next; the last state lasts."""
    ends_ns = [later.time_ns for _, later in pairwise(events)] + [axis.end_ns]
    for event, end_ns in zip(events, ends_ns, strict=True):
        runs = event.state == _RUNNING
        yield Span(
            lane=lane,
            start=axis.seconds(event.time_ns),
            end=axis.seconds(end_ns),
            label=event.worker or event.state if runs else event.state,
            tone=tones[event.worker] if runs else event.state.lower(),
            note=_note(event),
        )


def _note(event: TaskEvent) -> str:
    """The state in words, and each cause of the trace on a line of its own."""
    where = f" on {event.worker}" if event.worker else ""
    trace = event.trace[:TRACE_MAX] + ("…" if len(event.trace) > TRACE_MAX else "")
    causes = trace.replace(" / Caused by: ", "\nCaused by: ")
    return f"{event.state}{where}\n{causes}".rstrip()
