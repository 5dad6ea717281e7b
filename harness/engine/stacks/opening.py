"""The pool of a back end by its name: a new back end is one more case here."""

from collections.abc import Callable

from harness.engine.stacks.docker import DockerStacks
from harness.engine.stacks.fake import FakeStacks
from harness.engine.stacks.pool import StackPool
from harness.model.manifest import StackKind


def open_stacks(kind: StackKind, *, kept: bool, tell: Callable[[str], None]) -> StackPool:
    """A pool of that kind of stacks.

    Args:
        kind: the back end.
        kept: leave stacks running at the end, where anything can.
        tell: told what happens as one line.
    """
    match kind:
        case "docker":
            return DockerStacks(kept=kept, tell=tell)
        case "fake":
            return FakeStacks()
