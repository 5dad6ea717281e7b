"""The observer of tasks notes each change, and looks once more when it ends."""

from typing import Any, cast

from harness.engine.notes import Notes
from harness.engine.observers.tasks import TaskObserver
from harness.kit.errors import HarnessError
from harness.model.facts import TaskEvent
from harness.model.ports.connect import Connect


class _Connect:
    """Tells one state after the other; restarts are counted."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)
        self.restarts = 0

    def status(self, _connector: str, *, limit_s: float) -> Any:
        state = self._states.pop(0)
        if state == "SILENT":
            raise HarnessError(f"nobody has answered for {limit_s} s")
        told = {"state": state, "worker_id": "connect-1:8083"}
        return {"connector": {**told, "state": "RUNNING"}, "tasks": [{"id": 0, **told}]}

    def restart(self, _connector: str, *, only_failed: bool) -> None:
        assert only_failed
        self.restarts += 1


class _Notes:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def since_start_ns(self) -> int:
        return 0

    def task(self, event: TaskEvent) -> None:
        if event.task != "connector":
            self.seen.append(event.state)


def observed(*states: str, auto_restart: bool = False) -> tuple[list[str], int]:
    """What is noted of these states, of which the last is there when it ends; its restarts."""
    connect, notes = _Connect(*states), _Notes()
    observer = TaskObserver(
        cast("Connect", connect),
        {"main/topics": "feed"},
        cast("Notes", notes),
        auto_restart=auto_restart,
    )
    for _ in states[:-1]:
        observer.step()
    observer.close()
    return notes.seen, connect.restarts


def test_a_state_is_noted_when_it_is_another() -> None:
    seen, restarts = observed("RUNNING", "RUNNING", "FAILED", "SILENT", "FAILED")
    assert (seen, restarts) == (["RUNNING", "FAILED"], 0)


def test_a_task_that_was_restarted_last_is_seen_to_run() -> None:
    seen, restarts = observed("RUNNING", "FAILED", "RUNNING", auto_restart=True)
    assert (seen, restarts) == (["RUNNING", "FAILED", "RUNNING"], 1)


def test_an_end_while_connect_is_silent_notes_nothing() -> None:
    assert observed("RUNNING", "SILENT") == (["RUNNING"], 0)
