"""Kafka Connect, as pipelines and faults ask it."""

from collections.abc import Sequence
from typing import Any, Protocol

from harness.model.value import Settings


class Connect(Protocol):
    """The Connect workers of one stack, as one; asked over the harness's own links."""

    @property
    def status_topic(self) -> str:
        """The topic to which workers write each change of a task's state."""

    def create(self, connector: str, config: Settings) -> None:
        """Create a connector or give it another configuration."""

    def delete(self, connector: str) -> None:
        """Delete a connector; one that is not there is no error."""

    def pause(self, connector: str) -> None: ...
    def resume(self, connector: str) -> None: ...
    def stop(self, connector: str) -> None: ...

    def restart(self, connector: str, *, only_failed: bool = False) -> None:
        """Restart a connector and its tasks."""

    def restart_task(self, connector: str, task: int = 0) -> None: ...

    def status(self, connector: str, *, limit_s: float = ...) -> Any:  # noqa: ANN401 - parsed JSON
        """States of a connector and its tasks, as Connect's REST interface tells them."""

    def offsets(self, connector: str) -> Any:  # noqa: ANN401 - parsed JSON
        """How far it has read, as Connect's REST interface tells it."""

    def topics(self, connector: str) -> Sequence[str]:
        """Every topic that a connector has written to or read from."""

    def reset_offsets(self, connector: str) -> None:
        """Forget how far a stopped connector has read."""

    def wait_running(self, connector: str, *, limit_s: float = 60.0) -> None:
        """Wait until the connector and all its tasks are RUNNING."""

    def worker_of(self, connector: str, task: int = 0) -> str:
        """The service that runs the task now."""
