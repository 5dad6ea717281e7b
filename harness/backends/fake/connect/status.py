"""What Connect says of a connector and its tasks, in its REST interface and its topic of states."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PORT = 8083


@dataclass(slots=True)
class State:
    """Of a connector or a task: where it is, and how it is there."""

    state: str
    worker: str
    trace: str | None = None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        told = {"state": self.state, "worker_id": f"{self.worker}:{PORT}"}
        return told if self.trace is None else {**told, "trace": self.trace}


class States:
    """The states of one connector and its tasks; each change is written down.

    Args:
        connector: its name.
        write: is given key and value of a record of the topic of states; None deletes.
    """

    def __init__(self, connector: str, write: Callable[[str, bytes | None], None]) -> None:
        self._connector = connector
        self._write = write
        self.connector = State("UNASSIGNED", "")
        self.tasks: dict[int, State] = {}

    def of_connector(self, state: str, worker: str, trace: str | None = None) -> None:
        """The connector itself is like that now."""
        self.connector = State(state, worker, trace)
        self._tell(f"status-connector-{self._connector}", self.connector)

    def of_task(self, number: int, state: str, worker: str, trace: str | None = None) -> None:
        """A task is like that now."""
        self.tasks[number] = State(state, worker, trace)
        self._tell(f"status-task-{self._connector}-{number}", self.tasks[number])

    def end_tasks(self) -> None:
        """There are no tasks any more."""
        for number in sorted(self.tasks):
            self._write(f"status-task-{self._connector}-{number}", None)
        self.tasks = {}

    def told(self, kind: str) -> dict[str, Any]:
        """As the REST interface says it."""
        tasks = [{"id": each, **self.tasks[each].told()} for each in sorted(self.tasks)]
        return {
            "name": self._connector,
            "connector": self.connector.told(),
            "tasks": tasks,
            "type": kind,
        }

    def _tell(self, key: str, state: State) -> None:
        self._write(key, json.dumps(state.told()).encode())
