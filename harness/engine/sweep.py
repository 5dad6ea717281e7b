"""Sweep: what killed harnesses left behind, removed or healed."""

from collections.abc import Iterator

from harness.engine.undo import ledger_path, undo
from harness.kit.errors import HarnessError, UsageError
from harness.stack import lifecycle


def sweep() -> Iterator[str]:
    """Clean up, and say so line by line.

    Stacks of a harness that is gone are removed with their networks, volumes and rules. In stacks
    that were to be kept, what was broken is healed; one that cannot be healed is removed.

    Raises:
        HarnessError: something cannot be removed. All else was.
    """
    left = []
    for info in lifecycle.dead_stacks():
        try:
            yield from _remove(info.stack, "its harness is gone")
        except HarnessError as error:
            left.append(str(error))
    for info in lifecycle.list_stacks():
        if info.kept and not lifecycle.in_use(info.stack):
            yield from _heal(info.stack)
    living = {info.stack for info in lifecycle.list_stacks()}
    for path in ledger_path("any").parent.glob("*.jsonl"):
        if path.stem not in living:
            path.unlink()
    if left:
        raise HarnessError("; ".join(left))


def down(stack: str | None) -> Iterator[str]:
    """Remove one stack, or all that were left running.

    Raises:
        UsageError: there is no stack of that id.
    """
    kept = {info.stack for info in lifecycle.list_stacks() if info.kept}
    if stack is not None:
        known = {info.stack for info in lifecycle.list_stacks()}
        if stack not in known:
            raise UsageError(
                f"there is no stack {stack}; running: {', '.join(sorted(known)) or 'none'}"
            )
        kept = {stack}
    for each in sorted(kept):
        yield from _remove(each, "asked for")


def _remove(stack: str, why: str) -> Iterator[str]:
    lifecycle.remove_stack(stack)
    ledger_path(stack).unlink(missing_ok=True)
    yield f"removed {stack}: {why}"


def _heal(stack: str) -> Iterator[str]:
    try:
        for line in undo(lifecycle.look_at(stack), ledger_path(stack)):
            yield f"{stack}: {line}"
    except HarnessError as error:
        yield from _remove(stack, f"it could not be healed: {error}")
