"""Sweep: what killed harnesses left behind, removed or healed."""

from collections.abc import Iterator

from harness.backends.docker import inventory, lifecycle
from harness.engine.undo import undo
from harness.faults.ledger import Ledger
from harness.kit.errors import HarnessError, UsageError
from harness.kit.scratch import remove_abandoned


def sweep() -> Iterator[str]:
    """Clean up, and say so line by line.

    Stacks of a harness that is gone are removed with their networks, volumes and rules. In stacks
    that were to be kept, what was broken is healed; one that cannot be healed is removed. Temporary
    folders of processes that are gone are removed.

    Raises:
        HarnessError: something cannot be removed. All else was.
    """
    left = []
    for info in inventory.list_stacks():
        try:
            if info.is_dead:
                yield from _remove(info.stack, "its harness does not run any more")
            elif not info.in_use:
                yield from _heal(info.stack)
        except HarnessError as error:
            left.append(str(error))
    for folder in remove_abandoned():
        yield f"removed {folder}: its harness does not run any more"
    if left:
        raise HarnessError("; ".join(left))


def down(stack: str | None) -> Iterator[str]:
    """Remove one stack, or all that were left running.

    Raises:
        UsageError: there is no stack of that id.
    """
    stacks = inventory.list_stacks()
    kept = {info.stack for info in stacks if info.kept}
    if stack is not None:
        known = {info.stack for info in stacks}
        if stack not in known:
            raise UsageError(
                f"unknown stack {stack}; running: {', '.join(sorted(known)) or 'none'}"
            )
        kept = {stack}
    for each in sorted(kept):
        yield from _remove(each, "asked for")


def _remove(stack: str, why: str) -> Iterator[str]:
    lifecycle.remove_stack(stack)
    yield f"removed {stack}: {why}"


def _heal(stack: str) -> Iterator[str]:
    try:
        with lifecycle.holding(stack) as ours:
            if ours is None:
                return
            for line in undo(ours, Ledger(ours)):
                yield f"{stack}: {line}"
    except HarnessError as error:
        yield from _remove(stack, f"it could not be healed: {error}")
