"""Disks: a data directory that is gone."""

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
