"""A task that is FAILED ends the wait for it; one that is restarting does not."""

from typing import Any, Self, cast

from harness.backends.fake.clock import VirtualClock
from harness.kit.errors import HarnessError
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.feeds.standstill import CERTAIN_AFTER_S, Standstill
from harness.workloads.pipeline.gated import Gate, Gated

PLACE = "main/sink"


class OneConnector:
    """Connect, with one connector in a state that a test sets; None: nobody answers."""

    def __init__(self) -> None:
        self.state: str | None = "RUNNING"

    def status(self, _connector: str, *, limit_s: float) -> Any:
        if self.state is None:
            raise HarnessError(f"no worker answers within {limit_s} s")
        return {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": self.state}]}

    @property
    def connect(self) -> Self:
        """As of a stack."""
        return self


def states(*seen: str | None, place: str = PLACE) -> list[bool]:
    """Whether a connector stands still, after each of the states that it goes through."""
    connect, clock = OneConnector(), VirtualClock()
    standstill = Standstill(cast("Stack", connect), {PLACE: "the-sink"}, clock)
    found = []
    for state in seen:
        connect.state = state
        clock.pause(CERTAIN_AFTER_S)
        found.append(standstill.at(place))
    return found


def test_a_task_that_stays_failed_stands_still() -> None:
    assert states("RUNNING", "FAILED", "FAILED") == [False, False, True]


def test_a_task_that_was_restarted_does_not() -> None:
    assert states("FAILED", "RUNNING", "FAILED") == [False, False, False]


def test_workers_that_do_not_answer_say_nothing() -> None:
    assert states("FAILED", None, "FAILED") == [False, False, False]


def test_a_place_without_a_connector_never_stands_still() -> None:
    assert states("FAILED", "FAILED", place="main/cache") == [False, False]


class Counted:
    """A worker that counts its steps."""

    name = "writer-0"

    def __init__(self) -> None:
        self.steps = 0
        self.closed = False

    def step(self) -> float:
        self.steps += 1
        return 7.0

    def close(self) -> None:
        self.closed = True


def test_a_worker_begins_when_its_gate_opens() -> None:
    worker, gate = Counted(), Gate(is_open=False)
    gated = Gated(worker, gate)
    gated.step()
    assert worker.steps == 0
    gate.open()
    assert gated.step() == 7.0
    gated.close()
    assert worker.steps == 1
    assert worker.closed
