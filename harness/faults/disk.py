"""Disks: a data directory that is gone, or that lacks what was not synced."""

from typing import ClassVar

from harness.faults.fault import Injection, NoSettings, fault
from harness.faults.process import start_all
from harness.kit.waits import NotYet
from harness.model.value import Value


@fault("disk.wipe")
class Wipe:
    """SIGKILL, then everything in the data directory is deleted. Healed by a start from nothing."""

    settings: ClassVar[type[Value]] = NoSettings
    momentary: ClassVar[bool] = False

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Kill every target and empty its data directory."""
        for target in injection.targets:
            injection.stack.kill(target)
            injection.stack.wipe(target)

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target has exited and its data directory holds nothing."""
        left = {target: injection.stack.stored_files(target) for target in injection.targets}
        text = ", ".join(f"{target} stores {count} files" for target, count in left.items())
        return NotYet(text) if any(left.values()) else text

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Start every target on its empty disk."""
        start_all(injection)


@fault("disk.cut-power")
class CutPower:
    """Cut the power of all targets at once: what they have not synced is gone. Healed by a start.

    Needs disks of their own (`Topology.own_disks`). The kernel writes out what is older than half a
    minute, and what is written out stays.
    """

    settings: ClassVar[type[Value]] = NoSettings
    momentary: ClassVar[bool] = False

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Freeze every target, so that none outlives another, then kill each."""
        for target in injection.targets:
            injection.stack.pause(target)
        for target in injection.targets:
            injection.seen[target] = str(injection.stack.cut_power(target))

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target has exited and its disk is not what it would have been."""
        lost = {target: injection.seen.get(target, "0") for target in injection.targets}
        text = ", ".join(f"{target} lacks {count} bytes" for target, count in lost.items())
        running = [each for each in injection.targets if injection.stack.state(each) != "exited"]
        return NotYet(text) if running or "0" in lost.values() else text

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Start every target on what its disk holds; one that is only frozen goes on."""
        for target in injection.targets:
            injection.stack.resume(target)
        start_all(injection)
