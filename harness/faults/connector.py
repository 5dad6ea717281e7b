"""Connectors: paused and resumed, as an operator does."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.value import Value


class PauseConnectorSettings(Value, frozen=True, kw_only=True):
    """Which connector; the target is a worker that runs a task of it."""

    connector: str


@fault("connect.pause")
class PauseConnector(Fault[PauseConnectorSettings]):
    """Pause a connector by Connect's REST interface: its tasks idle with all that they hold.

    A source does not read meanwhile: what its database removes from the log is never captured. A
    sink stays in its group. Healed by a resume.
    """

    settings: ClassVar[type[Value]] = PauseConnectorSettings

    def inject(self, injection: Injection[PauseConnectorSettings]) -> None:
        """Pause it."""
        injection.stack.connect.pause(injection.settings.connector)

    def witness(self, injection: Injection[PauseConnectorSettings]) -> str | NotYet:
        """The connector and all its tasks are PAUSED."""
        status = injection.stack.connect.status(injection.settings.connector)
        states = [each["state"] for each in (status["connector"], *status["tasks"])]
        text = f"the connector is {states[0]}, its tasks are {', '.join(states[1:]) or 'none'}"
        return text if len(states) > 1 and set(states) == {"PAUSED"} else NotYet(text)

    def heal(self, injection: Injection[PauseConnectorSettings]) -> None:
        """Resume it."""
        injection.stack.connect.resume(injection.settings.connector)
