"""Connect: a task that is ended and started again in its worker."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet
from harness.model.ranges import Index
from harness.model.value import Value


class RestartTaskSettings(Value, frozen=True, kw_only=True):
    """Which task; the target is the worker that runs it."""

    connector: str
    task: Index = 0


@fault("connect.restart-task")
class RestartTask(Fault[RestartTaskSettings]):
    """Restart one task through Connect's REST interface, as an operator does.

    A restart leaves no trace in what the interface tells. It does in the topic to which workers
    write each change of a task's state, so growth of that is what shows it.
    """

    settings: ClassVar[type[Value]] = RestartTaskSettings
    momentary: ClassVar[bool] = True

    def inject(self, injection: Injection[RestartTaskSettings]) -> None:
        """Restart the task."""
        settings = injection.settings
        before = _changes(injection)
        injection.seen.update(dict.fromkeys(injection.targets, str(before)))
        injection.stack.connect.restart_task(settings.connector, settings.task)

    def witness(self, injection: Injection[RestartTaskSettings]) -> str | NotYet:
        """States have changed since, and the task runs."""
        settings = injection.settings
        silence: tuple[type[Exception], ...] = (FaultError, *injection.stack.kafka.failures)
        try:
            changed = _changes(injection) - min(map(int, injection.seen.values()))
            worker = injection.stack.connect.worker_of(settings.connector, settings.task)
        except silence as error:
            return NotYet(str(error))
        text = f"{changed} state changes since, and the task runs on {worker}"
        return text if changed else NotYet(text)


def _changes(injection: Injection[RestartTaskSettings]) -> int:
    _, end = injection.stack.kafka.watermarks(injection.stack.connect.status_topic, 0)
    return end
