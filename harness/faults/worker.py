"""Workers of processors: held at a named point, so that a race comes in the order that hurts."""

from typing import Any, ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.barrier import Barrier
from harness.kit.waits import NotYet
from harness.model.ports.powers import OwnPrograms
from harness.model.value import Value
from harness.model.workload import Point


class HoldSettings(Value, frozen=True, kw_only=True):
    """Where to hold it."""

    point: Point


@fault("worker.hold")
class Hold(Fault[HoldSettings]):
    """Stop a worker at the next given point, until it is released or killed.

    Its clients go on: heartbeats are sent, and what is committed by a timer is committed. To freeze
    them as well, pause the worker where it stands.
    """

    settings: ClassVar[type[Value]] = HoldSettings
    needs: ClassVar[tuple[type[Any], ...]] = (OwnPrograms,)
    # A worker that hangs in a client's call is restarted by its watchdog, and joins its group anew.
    patience_s: ClassVar[float] = 45.0

    def inject(self, injection: Injection[HoldSettings]) -> None:
        """Tell every target."""
        for barrier in _barriers(injection).values():
            barrier.hold(injection.settings.point)

    def witness(self, injection: Injection[HoldSettings]) -> str | NotYet:
        """Every target stands at the point."""
        stands = {target: barrier.held_at for target, barrier in _barriers(injection).items()}
        text = ", ".join(f"{target} is at {at or 'nowhere'}" for target, at in stands.items())
        reached = all(at == injection.settings.point for at in stands.values())
        return text if stands and reached else NotYet(text or "unknown worker")

    def heal(self, injection: Injection[HoldSettings]) -> None:
        """Release every target; workers of a harness that is gone are gone with it."""
        for barrier in _barriers(injection).values():
            barrier.release()


def _barriers(injection: Injection[HoldSettings]) -> dict[str, Barrier]:
    folders = {target: injection.power(OwnPrograms).folder(target) for target in injection.targets}
    return {target: Barrier(folder) for target, folder in folders.items() if folder is not None}
