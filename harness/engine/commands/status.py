"""What runs on this machine, and commands inside it."""

import sys
from collections.abc import Iterator, Sequence
from typing import Literal

from harness.backends.docker import inventory
from harness.backends.docker.stack import DockerStack
from harness.backends.docker.terminal import borrowed, standard_input
from harness.kit.errors import HarnessError, UsageError


def lines() -> Iterator[str]:
    """Every stack, then its services with state, health and ports."""
    stacks = inventory.list_stacks()
    if not stacks:
        yield "no stack is running; `harness up` boots one"
    for info in stacks:
        kept = "kept" if info.kept else "removed at the end of its run"
        use = ", in use" if info.in_use else ""
        yield f"{info.stack}  topology {info.topology}, {kept}{use}"
        try:
            rows = inventory.look_at(info.stack).status()
        except HarnessError as error:  # It is just being booted or removed by its own harness.
            yield f"  {error}"
            continue
        for row in rows:
            ports = " ".join(row.ports)
            yield f"  {row.service:<14}{row.state:<10}{row.health}  {ports}".rstrip()


def run_in(stack: str | None, service: str, command: Sequence[str]) -> int:
    """Run `command` in the container of `service`; return its exit status.

    It reads the harness's standard input and gets the harness's terminal, if there is one; its
    output is written as it comes.

    Raises:
        UsageError: there is no such stack or service, or it is not clear which stack is meant.
    """
    if not command:
        raise UsageError("no command given: harness exec SERVICE -- COMMAND …")
    chosen = look_at(stack)
    if service not in chosen.services.names:
        raise UsageError(
            f"unknown service {service!r} in {chosen.identity.stack}; known: "
            f"{', '.join(chosen.services.names)}"
        )
    with borrowed() as terminal:
        return chosen.exec_in(service, command, _write, stdin=standard_input(), terminal=terminal)


def look_at(stack: str | None) -> DockerStack:
    """The stack of that id, to ask it something while others may use it; the only one unless given.

    Raises:
        UsageError: there is no such stack, or it is not clear which one is meant.
    """
    if stack is None:
        known = [info.stack for info in inventory.list_stacks()]
        if len(known) != 1:
            names = ", ".join(known) or "none; `harness up` boots one"
            raise UsageError(f"several stacks are running, choose one with --stack: {names}")
        stack = known[0]
    return inventory.look_at(stack)


def _write(stream: Literal["stdout", "stderr"], text: bytes) -> None:
    target = sys.stdout if stream == "stdout" else sys.stderr
    target.buffer.write(text)
    target.flush()
