"""Which stacks the engine has, whose they are, and a look at one of them."""

from collections.abc import Mapping
from dataclasses import replace

from harness.backends.docker import archive, containers, labels, lease
from harness.backends.docker.engine import Api, connect
from harness.backends.docker.stack import DockerStack
from harness.kit.errors import UsageError
from harness.model.value import Value
from harness.systems.blueprint import PASSWORD_FILE, PROXY, Blueprint


class StackInfo(Value, frozen=True, kw_only=True):
    """A stack as its labels and the engine describe it."""

    stack: str
    topology: str
    kept: bool
    owner: str
    """The process that booted it, as `pid:start`."""
    in_use: bool
    """Whether a living process holds it; for a kept stack of an older harness nobody can tell."""
    services: dict[str, str]
    """State of each container by service."""

    @property
    def is_dead(self) -> bool:
        """Whether it was not to be kept and its owner is gone, so that nobody else removes it."""
        return not (self.kept or self.in_use)


def list_stacks() -> tuple[StackInfo, ...]:
    """Every stack that the engine has anything of, in order of name."""
    api = connect()
    marked = marks_of_all(api)
    held = lease.holders(api)
    services: dict[str, dict[str, str]] = {}
    for container in containers.found(api):
        marks = container["Labels"]
        if service := marks.get(labels.SERVICE):
            services.setdefault(marks[labels.STACK], {})[service] = container["State"]
    return tuple(
        StackInfo(
            stack=stack,
            topology=identity.topology,
            kept=identity.kept,
            owner=identity.owner.process,
            in_use=(
                stack in held and lease.is_alive(api, held[stack])
                if identity.leased
                else identity.kept or bool(identity.owner.runs)
            ),
            services=dict(sorted(services.get(stack, {}).items())),
        )
        for stack, marks in sorted(marked.items())
        for identity in (labels.identity_of(marks),)
    )


def look_at(stack: str) -> DockerStack:
    """A stack by its id, to ask or to mend, whoever uses it; `close` leaves it as it is.

    Raises:
        UsageError: there is no such stack, or another version of the harness made it.
    """
    api = connect()
    marked = marks_of_all(api)
    marks = marked.get(stack)
    blueprint = blueprint_of(api, marks) if marks else None
    if marks is None or blueprint is None:
        known = ", ".join(sorted(marked)) or "none"
        raise UsageError(f"unknown stack {stack!r}; known: {known}")
    return DockerStack(api, labels.identity_of(marks), blueprint, None)


def blueprint_of(api: Api, marks: Mapping[str, str]) -> Blueprint | None:
    """The blueprint of a stack with its password; None when another version of the harness made it.

    Raises:
        HarnessError: the engine does not answer.
    """
    written = labels.blueprint_of(marks)
    if written is None:
        return None
    found = archive.read(api, labels.identity_of(marks).container(PROXY), PASSWORD_FILE)
    return replace(written, password=(found or b"").decode())


def marks_of_all(api: Api) -> dict[str, Mapping[str, str]]:
    """Labels of each stack by its id; from whatever is left of it.

    A stack's lease is the first of it to come and the last to go. What is asked for it after this
    has the lease of every stack in here that still is.
    """
    everything = [*containers.stray_labels(api)]
    everything += [container["Labels"] for container in containers.found(api)]
    return {marks[labels.STACK]: marks for marks in everything if labels.OWNER in marks}
