"""Someone's own programs as feeds and copies of a path."""

import logging
from collections.abc import Iterator, Sequence

from harness.kit.errors import HarnessError, UsageError
from harness.model.pipeline.hops import copy_place, exits
from harness.model.pipeline.paths import Copy, Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.powers import OwnPrograms
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.feeds.wiring import wiring
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems

log = logging.getLogger(__name__)
WORDS_MAX = 600


def program_name(path: Path, copy: Copy | None) -> str:
    """The service that a program is while it runs: `path-feed`, or `path-copy` by their names."""
    return f"{path.name}-{copy.name if copy else 'feed'}"


def run_program(
    path: Path,
    copy: Copy | None,
    naming: Naming,
    tables: Sequence[str],
    *,
    stack: Stack,
    systems: Systems,
) -> None:
    """Start the program that feeds `path`, or that fills `copy`.

    Raises:
        UsageError: it is not said what to run, or the image is not there.
    """
    mover = copy or path.feed
    name, program = program_name(path, copy), mover.program
    if program is None:
        raise UsageError(f"{name}: kind='program' needs program=Program(...)")
    told = wiring(path, copy, naming, tables, stack=stack, systems=systems, caller="client")
    own = {setting: str(value) for setting, value in mover.settings.items()}
    stack.power(OwnPrograms).run(name, program.checked(name), {**told, **own})


def own_programs(workload: PipelineWorkload) -> Iterator[str]:
    """Names of the services that programs of `workload` are."""
    for path in workload.paths:
        if path.feed.kind == "program":
            yield program_name(path, None)
        yield from (program_name(path, copy) for copy in path.copies if copy.kind == "program")


def moved_by_programs(workload: PipelineWorkload) -> Iterator[str]:
    """Places that rows get to only by way of a program."""
    for path in workload.paths:
        if path.feed.kind == "program":
            yield from exits(path)
        else:
            yield from (copy_place(path, copy) for copy in path.copies if copy.kind == "program")


def last_words(stack: Stack, workload: PipelineWorkload) -> str:
    """The state of each program and the end of what it printed."""
    return "; ".join(
        f"{name} is {stack.services.state(name)}, and its last output is: "
        f"{stack.services.logs(name)[-WORDS_MAX:].decode(errors='replace').strip() or 'nothing'}"
        for name in own_programs(workload)
    )


class Supervisor:
    """Starts programs that have ended by themselves again, as a supervisor does."""

    name = "supervisor"
    EVERY_S = 1.0

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def step(self) -> float:
        """Look once."""
        try:
            for ended in self._stack.power(OwnPrograms).supervise():
                log.warning("%s exited unexpectedly and was restarted; see its log", ended)
        except HarnessError as error:
            log.warning("the state of programs could not be read: %s", error)
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""
