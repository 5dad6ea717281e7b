"""Kafka Connect by its REST interface: connectors, their tasks and offsets, and its workers.

Any worker can be asked for anything: it hands on to the leader what only that may do. While the
group rebalances nobody does anything, and says so (409); a worker may be down. So every call goes
from worker to worker until one of them has done it or the limit has passed.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from harness.kit import http
from harness.kit.errors import FaultError, HarnessError, UsageError
from harness.kit.http import HttpError
from harness.kit.waits import NotYet, wait_until
from harness.model.value import Settings
from harness.systems.kafka import wire

Address: TypeAlias = tuple[str, int]

PORT = 8083
GROUP = "connect"
STATUS_TOPIC = "connect-status"

CALL_LIMIT_S = 30.0
ANSWER_LIMIT_S = 10.0
READY_LIMIT_S = 1.0
_CONFLICT = 409
_NOT_FOUND = 404
# A worker that cannot ask the leader, or has not joined the group yet.
_LATER = {_CONFLICT, 500, 503, 504}
_NO_SUCH_CLASS = "Failed to find any class"
"""What a worker says (500) of a connector that is not installed: no worker will ever start it."""


class ConnectClients:
    """The Connect workers of one stack, as one.

    Args:
        workers: where the harness reaches each of them, by name of service.
        known: makes what workers resolve of what a configuration says of secrets.
    """

    status_topic = STATUS_TOPIC

    def __init__(
        self,
        workers: Mapping[str, Address],
        known: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda config: config,
    ) -> None:
        self._workers = dict(workers)
        self._known = known

    def create(self, connector: str, config: Settings) -> None:
        """Create a connector or give it another configuration.

        Raises:
            UsageError: Connect refuses the configuration; says why.
            WaitTimeout: no worker does it.
        """
        texts = {name: _as_text(value) for name, value in config.items()}
        try:
            self._do("PUT", connector, "/config", self._known(texts))
        except HttpError as error:
            raise UsageError(f"connector {connector}: {error.body}") from error

    def delete(self, connector: str) -> None:
        """Delete a connector; one that is not there is no error."""
        self._unless_gone("DELETE", connector)

    def pause(self, connector: str) -> None:
        """Let its tasks idle, with all that they hold."""
        self._do("PUT", connector, "/pause")

    def resume(self, connector: str) -> None:
        """Let it go on after `pause` or `stop`."""
        self._do("PUT", connector, "/resume")

    def stop(self, connector: str) -> None:
        """End its tasks; its configuration and its offsets stay."""
        self._do("PUT", connector, "/stop")

    def restart(self, connector: str, *, only_failed: bool = False) -> None:
        """Restart a connector and its tasks, or those of them that failed."""
        query = f"?includeTasks=true&onlyFailed={str(only_failed).lower()}"
        self._do("POST", connector, f"/restart{query}")

    def restart_task(self, connector: str, task: int = 0) -> None:
        """Restart one task."""
        self._do("POST", connector, f"/tasks/{task}/restart")

    def status(self, connector: str, *, limit_s: float = CALL_LIMIT_S) -> Any:  # noqa: ANN401 - parsed JSON
        """States of a connector and its tasks, as the REST interface tells them.

        Raises:
            HttpError: there is no such connector, or nobody knows its state yet (404).
            WaitTimeout: no worker answers.
        """
        return self._do("GET", connector, "/status", limit_s=limit_s)

    def names(self) -> tuple[str, ...]:
        """Every connector."""
        return tuple(sorted(self._ask("GET", "/connectors")))

    def plugins(self) -> tuple[str, ...]:
        """Classes of the connectors that are installed."""
        return tuple(sorted(plugin["class"] for plugin in self._ask("GET", "/connector-plugins")))

    def offsets(self, connector: str) -> Any:  # noqa: ANN401 - parsed JSON
        """How far it has read, as the REST interface tells it."""
        return self._do("GET", connector, "/offsets")["offsets"]

    def topics(self, connector: str) -> tuple[str, ...]:
        """Every topic that a connector has written to or read from, in order."""
        found = self._do("GET", connector, "/topics")[connector]["topics"]
        return tuple(sorted(found))

    def reset_offsets(self, connector: str) -> None:
        """Forget how far it has read.

        Raises:
            HttpError: it is not stopped.
        """
        self._do("DELETE", connector, "/offsets")

    def wait_running(self, connector: str, *, limit_s: float = 60.0) -> None:
        """Wait until the connector and all its tasks are RUNNING, and there is at least one task.

        Raises:
            WaitTimeout: they are not in time; has the trace of one that failed.
        """
        wait_until(
            f"connector {connector} to run",
            lambda: _lacks(self.status(connector)),
            limit_s=limit_s,
            interval_s=0.1,
            retry_on=(HttpError,),
        )

    def worker_of(self, connector: str, task: int = 0) -> str:
        """The service that runs the task now.

        Raises:
            FaultError: nobody does; says what was seen.
        """
        try:
            tasks = self.status(connector)["tasks"]
        except HarnessError as error:
            raise FaultError(f"no worker runs task {task} of {connector}: {error}") from error
        for each in tasks:
            if each["id"] == task and each["state"] == "RUNNING":
                return str(each["worker_id"]).rpartition(":")[0]
        raise FaultError(f"no worker runs task {task} of {connector}: {tasks}")

    def _do(
        self,
        method: str,
        connector: str,
        what: str = "",
        body: object = None,
        *,
        limit_s: float = CALL_LIMIT_S,
    ) -> Any:  # noqa: ANN401 - parsed JSON
        path = f"/connectors/{quote(connector, safe='')}{what}"
        return self._ask(method, path, body, limit_s=limit_s)

    def _unless_gone(self, method: str, connector: str) -> None:
        try:
            self._do(method, connector)
        except HttpError as error:
            if error.status != _NOT_FOUND:
                raise

    def _ask(
        self, method: str, path: str, body: object = None, *, limit_s: float = CALL_LIMIT_S
    ) -> Any:  # noqa: ANN401 - parsed JSON
        if not self._workers:
            raise UsageError(
                "the stack has no Connect; ask for it with Topology(connect_workers=1)"
            )
        answers: list[Any] = []
        answer_s = min(limit_s, ANSWER_LIMIT_S)

        def probe() -> bool | NotYet:
            seen = []
            for worker, address in self._workers.items():
                try:
                    answers.append(http.call(address, method, path, body, limit_s=answer_s))
                except HttpError as error:
                    if error.status not in _LATER or _NO_SUCH_CLASS in error.body:
                        raise
                    seen.append(f"{worker}: {error}")
                except OSError as error:
                    seen.append(f"{worker}: {error}")
                else:
                    return True
            return NotYet("; ".join(seen))

        wait_until(f"a worker to answer {method} {path}", probe, limit_s=limit_s, interval_s=0.2)
        return answers[0]


def ready(address: Address, name: str, brokers: Mapping[int, Address]) -> str | None:
    """None when the worker has started and is a member of a stable group, else what is missing.

    Args:
        address: where its REST interface is reached.
        name: its service.
        brokers: where the group's coordinator may be asked, by broker id.
    """
    try:
        http.call(address, "GET", "/health", limit_s=READY_LIMIT_S)
    except (OSError, HttpError) as error:
        return f"not healthy: {error}"
    group = wire.group_view(brokers, GROUP, limit_s=READY_LIMIT_S)
    if group is None:
        return "its group has no coordinator"
    if group.state != "Stable":
        return f"its group is {group.state}"
    members = sorted(_url(told) for told in group.members.values())
    if any(url.startswith(f"http://{name}:") for url in members):
        return None
    return f"it is not a member of its group: {', '.join(members) or 'no members'}"


def _url(told: bytes) -> str:
    """A worker's own URL in what it told the group: version int16, URL string, and more."""
    (size,) = struct.unpack_from(">h", told, 2)
    return told[4 : 4 + size].decode()


def _lacks(status: Any) -> bool | NotYet:  # noqa: ANN401 - parsed JSON
    parts = [status["connector"], *status["tasks"]]
    if len(parts) > 1 and all(part["state"] == "RUNNING" for part in parts):
        return True
    seen = ", ".join(str(part["state"]) for part in parts)
    traces = (str(part["trace"]) for part in parts if part.get("trace"))
    return NotYet(f"connector and tasks are {seen} {next(traces, '')}".strip())


def _as_text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
