"""Observers of tasks and of the harness itself: workers that watch while traffic runs."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from harness.engine.notes import Notes
from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.model.facts import TaskEvent
from harness.model.ports.connect import Connect


class TaskObserver:
    """Asks Connect for the state of each connector and its tasks and records every change.

    Args:
        connectors: place of the pipeline → real name of the connector that fills it.
        notes: where every change is noted.
        auto_restart: restart what is FAILED.
    """

    name = "task-observer"
    EVERY_S = 0.5
    RESTART_EVERY_S = 3.0
    """What failed because something is not there yet is not restarted in a loop."""
    LIMIT_S = 2.0
    """So long one question may take; while Connect does not answer there is nothing to record."""

    def __init__(
        self,
        connect: Connect,
        connectors: Mapping[str, str],
        notes: Notes,
        *,
        auto_restart: bool,
    ) -> None:
        self._connect = connect
        self._connectors = connectors
        self._notes = notes
        self._auto_restart = auto_restart
        self._last: dict[tuple[str, str], tuple[str, str]] = {}
        self._restarted_ns: dict[str, int] = {}

    def step(self) -> float:
        """Ask for each connector once."""
        for place, connector in self._connectors.items():
            try:
                status = self._look(place, connector)
                if self._auto_restart:
                    self._restart_failed(connector, status)
            except HarnessError:
                continue
        return self.EVERY_S

    def close(self) -> None:
        """Look once more: what was restarted last may run, and move all there is, by now."""
        for place, connector in self._connectors.items():
            with suppress(HarnessError):
                self._look(place, connector)

    def _look(self, place: str, connector: str) -> Any:  # noqa: ANN401 - parsed JSON
        """Note what Connect says of a connector, and return it."""
        status = self._connect.status(connector, limit_s=self.LIMIT_S)
        self._note(place, "connector", status["connector"])
        for task in status["tasks"]:
            self._note(place, f"task {task['id']}", task)
        return status

    def _restart_failed(self, connector: str, status: Mapping[str, Any]) -> None:
        now_ns = self._notes.since_start_ns()
        due_ns = self._restarted_ns.get(connector, -(1 << 62)) + int(self.RESTART_EVERY_S * 1e9)
        parts = [status["connector"], *status["tasks"]]
        if now_ns >= due_ns and any(part["state"] == "FAILED" for part in parts):
            self._restarted_ns[connector] = now_ns
            self._connect.restart(connector, only_failed=True)

    def _note(self, place: str, task: str, told: Mapping[str, Any]) -> None:
        state, worker = told["state"], str(told["worker_id"]).rpartition(":")[0]
        if self._last.get((place, task)) == (state, worker):
            return
        self._last[place, task] = state, worker
        self._notes.task(
            TaskEvent(
                time_ns=self._notes.since_start_ns(),
                place=place,
                task=task,
                state=state,
                worker=worker,
                trace=_in_short(str(told.get("trace") or "")),
            )
        )


def _in_short(trace: str) -> str:
    """The first line of a Java stack trace and of each of its causes."""
    lines = trace.splitlines()
    return " / ".join(lines[:1] + [line for line in lines[1:] if line.startswith("Caused by:")])


class HostTicker:
    """Measures how long the harness itself is held up: a stalled host looks like a fault."""

    name = "host-ticker"
    EVERY_S = 0.05

    def __init__(self, clock: Clock, notes: Notes) -> None:
        self._clock = clock
        self._notes = notes
        self._last_ns: int | None = None

    def step(self) -> float:
        """Compare when this step came with when it was due."""
        now = self._clock.now_ns()
        if self._last_ns is not None:
            late_ms = (now - self._last_ns) / 1e6 - self.EVERY_S * 1e3
            self._notes.stall_ms_max = max(self._notes.stall_ms_max, round(late_ms, 1))
        self._last_ns = now
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""
