from harness.history.build import HistoryBuilder
from harness.model.facts import Facts, TaskEvent
from harness.reporting.page.axis import Axis, axis_of
from harness.reporting.page.spans import LANES_MAX
from harness.reporting.page.task_lanes import SPANS_MAX, TRACE_MAX, task_lanes

S = 1_000_000_000
AXIS = Axis(end_ns=10 * S, bucket_ns=S)
TRACE = "ConnectException: it cannot / Caused by: UnknownHostException: <b>mysql</b>"


def event(
    time_s: int,
    state: str,
    worker: str = "connect-1",
    *,
    place: str = "main/topics",
    task: str = "task 0",
    trace: str = "",
) -> TaskEvent:
    return TaskEvent(
        time_ns=time_s * S, place=place, task=task, state=state, worker=worker, trace=trace
    )


def test_each_connector_and_task_has_a_lane_of_its_own_in_order_of_place() -> None:
    facts = Facts(
        tasks=(
            event(1, "RUNNING", place="main/sink"),
            event(1, "RUNNING", task="connector"),
            event(1, "RUNNING"),
        )
    )
    names = ("main/sink task 0", "main/topics connector", "main/topics task 0")
    assert task_lanes(AXIS, facts).names == names


def test_a_state_lasts_until_the_next_and_the_last_to_the_end() -> None:
    facts = Facts(
        tasks=(
            event(2, "RUNNING"),
            event(4, "UNASSIGNED"),
            event(5, "RUNNING", "connect-2"),
            event(7, "FAILED", "connect-2", trace=TRACE),
        )
    )
    spans = task_lanes(AXIS, facts).spans
    assert [(span.start, span.end, span.label, span.tone) for span in spans] == [
        (2, 4, "connect-1", "worker-1"),
        (4, 5, "UNASSIGNED", "unassigned"),
        (5, 7, "connect-2", "worker-2"),
        (7, 10, "FAILED", "failed"),
    ]
    assert spans[3].note == (
        "FAILED on connect-2\nConnectException: it cannot\n"
        "Caused by: UnknownHostException: <b>mysql</b>"
    )


def test_of_too_many_lanes_those_that_failed_are_kept() -> None:
    busy = [
        event(time_s, "RUNNING", task=f"task {number}") for time_s in (1, 2) for number in range(99)
    ]
    facts = Facts(tasks=(*busy, event(3, "FAILED", task="connector")))
    lanes = task_lanes(AXIS, facts)
    assert len(lanes.names) == LANES_MAX
    assert lanes.left_out == 100 - LANES_MAX
    assert "main/topics connector" in lanes.names


def test_a_task_that_flaps_with_long_traces_stays_bounded() -> None:
    facts = Facts(tasks=tuple(event(1, "FAILED", trace="x" * 9_000) for _ in range(3_000)))
    spans = task_lanes(AXIS, facts).spans
    assert len(spans) == SPANS_MAX
    assert len(spans[0].note) < TRACE_MAX + 50
    assert spans[0].note.endswith("x…")


def test_the_axis_covers_what_became_of_tasks() -> None:
    facts = Facts(tasks=(event(42, "RUNNING"),))
    assert axis_of(HistoryBuilder().history(), facts).end_s == 42


def test_a_run_without_connectors_has_no_lanes() -> None:
    assert task_lanes(AXIS, Facts()).names == ()
