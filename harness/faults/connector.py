"""Connectors: paused or stopped, and resumed, as an operator does."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.value import Value


class ConnectorSettings(Value, frozen=True, kw_only=True):
    """Which connector; the target is a worker that runs a task of it."""

    connector: str


@fault("connect.pause")
class PauseConnector(Fault[ConnectorSettings]):
    """Pause a connector through Connect's REST interface; its tasks keep running, but idle.

    A source does not read meanwhile: what its database removes from the log is never captured. A
    sink stays in its group. Healed by a resume.
    """

    settings: ClassVar[type[Value]] = ConnectorSettings

    def inject(self, injection: Injection[ConnectorSettings]) -> None:
        """Pause it."""
        injection.stack.connect.pause(injection.settings.connector)

    def witness(self, injection: Injection[ConnectorSettings]) -> str | NotYet:
        """The connector and all its tasks are PAUSED."""
        status = injection.stack.connect.status(injection.settings.connector)
        states = [each["state"] for each in (status["connector"], *status["tasks"])]
        text = f"the connector is {states[0]}, its tasks are {', '.join(states[1:]) or 'none'}"
        return text if len(states) > 1 and set(states) == {"PAUSED"} else NotYet(text)

    def heal(self, injection: Injection[ConnectorSettings]) -> None:
        """Resume it."""
        injection.stack.connect.resume(injection.settings.connector)


@fault("connect.stop")
class StopConnector(Fault[ConnectorSettings]):
    """Stop a connector through Connect's REST interface; its tasks shut down cleanly.

    Its configuration and its offsets stay, and what its database keeps for it is in nobody's hands.
    Healed by a resume.
    """

    settings: ClassVar[type[Value]] = ConnectorSettings

    def inject(self, injection: Injection[ConnectorSettings]) -> None:
        """Stop it."""
        injection.stack.connect.stop(injection.settings.connector)

    def witness(self, injection: Injection[ConnectorSettings]) -> str | NotYet:
        """The connector is STOPPED and has no task."""
        status = injection.stack.connect.status(injection.settings.connector)
        state, tasks = status["connector"]["state"], len(status["tasks"])
        text = f"the connector is {state} and has {tasks} tasks"
        return text if state == "STOPPED" and not tasks else NotYet(text)

    def heal(self, injection: Injection[ConnectorSettings]) -> None:
        """Resume it."""
        injection.stack.connect.resume(injection.settings.connector)
