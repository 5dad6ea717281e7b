"""Processes: kill, stop, pause."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, NoSettings, fault
from harness.kit.waits import NotYet


def all_in_state(injection: Injection[NoSettings], state: str) -> str | NotYet:
    """The witness that every target is in `state`."""
    seen = {target: injection.services.state(target) for target in injection.targets}
    text = ", ".join(f"{target} is {now}" for target, now in seen.items())
    return text if all(now == state for now in seen.values()) else NotYet(text)


def start_all(injection: Injection[NoSettings]) -> None:
    """Start every target that does not run."""
    for target in injection.targets:
        injection.services.start(target)


@fault("process.kill")
class Kill(Fault[NoSettings]):
    """Send SIGKILL; the process exits at once, the page cache survives. Healed by a start.

    Cannot show what a power cut would: nothing that was written is lost.
    """

    ends_process: ClassVar[bool] = True

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Kill every target."""
        for target in injection.targets:
            injection.services.kill(target)

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target's process has exited."""
        return all_in_state(injection, "exited")

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Start every target."""
        start_all(injection)


@fault("process.stop")
class Stop(Fault[NoSettings]):
    """Send SIGTERM; a broker hands over its partitions before it exits. Healed by a start."""

    ends_process: ClassVar[bool] = True

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Stop every target, one after the other."""
        for target in injection.targets:
            injection.services.stop(target)

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target's process has exited."""
        return all_in_state(injection, "exited")

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Start every target."""
        start_all(injection)


@fault("process.pause")
class Pause(Fault[NoSettings]):
    """Freeze each target; connections stay open. After its session it is a zombie."""

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Freeze every target."""
        for target in injection.targets:
            injection.services.pause(target)

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target is frozen."""
        return all_in_state(injection, "paused")

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Let every target run on."""
        for target in injection.targets:
            injection.services.resume(target)
