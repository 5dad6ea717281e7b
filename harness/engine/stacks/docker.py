"""Stacks of containers: healthy ones stay warm for the next scenario."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import POWERS, DockerStack
from harness.backends.powers import lacking
from harness.engine.environment import Environment
from harness.engine.executor import Threads
from harness.engine.stacks.pool import StackPool
from harness.engine.undo import undo
from harness.faults.ledger import Ledger
from harness.kit.errors import HarnessError
from harness.kit.waits import NotYet, wait_until
from harness.model.manifest import StackKind
from harness.model.scenario import Scenario
from harness.model.topology import Topology

HEALTH_LIMIT_S = 30.0
WARM_MAX = 2
"""Stacks that are kept warm side by side: each takes about two gigabytes of memory."""


class DockerStacks(StackPool):
    """Boots what is not there, replaces what does not get healthy.

    Args:
        kept: leave stacks running at the end, for a later process to attach to.
        tell: told what happens as one line.
    """

    kind: ClassVar[StackKind] = "docker"

    def __init__(self, *, kept: bool, tell: Callable[[str], None]) -> None:
        self._kept = kept
        self._tell = tell
        self._warm: dict[str, DockerStack] = {}

    def lacks(self, scenario: Scenario) -> str | None:
        """A power that a fault of `scenario` needs, and containers lack."""
        return lacking(scenario, POWERS, "containers have")

    @contextmanager
    def environment(self, topology: Topology, *, seed: int) -> Iterator[Environment]:  # noqa: ARG002 - containers have dice of their own
        """An environment of that topology, ours alone for the time of one run."""
        if topology.digest in self._warm:
            # Last again: the one that was used longest ago makes room.
            self._warm[topology.digest] = self._warm.pop(topology.digest)
            # A broker whose machine was too busy may have lost its session meanwhile.
            self._keep_if_healthy(self._warm[topology.digest])
        stack = self._warm.get(topology.digest)
        if stack is None:
            stack = self._new(topology)
        else:
            stack.turn_page()
        try:
            yield Environment(
                kind=self.kind,
                stack=stack,
                executor=Threads(),
                ledger=Ledger(stack),
                logs=lambda: {
                    service: stack.services.logs(service) for service in stack.services.names
                },
                images=stack.image_tags(),
                versions=stack.versions(),
            )
        finally:
            self._keep_if_healthy(stack)

    def close(self) -> None:
        """Hand back every stack: kept ones are left running, others are removed."""
        while self._warm:
            self._warm.popitem()[1].close()

    def _new(self, topology: Topology) -> DockerStack:
        while len(self._warm) >= WARM_MAX:
            oldest = next(iter(self._warm))
            self._warm.pop(oldest).close()
        stack = lifecycle.attach(topology, repair=repair, on_progress=self._tell)
        if stack is None:
            stack = lifecycle.boot(topology, kept=self._kept, on_progress=self._tell)
        else:
            stack.turn_page()
        self._warm[topology.digest] = stack
        return stack

    def _keep_if_healthy(self, stack: DockerStack) -> None:
        def probe() -> str | NotYet:
            # Everything was started again: what has exited since does not come back by itself.
            exited = (
                each for each in stack.services.names if stack.services.state(each) == "exited"
            )
            if gone := next(exited, None):
                return f"{gone} has exited"
            problem = stack.unhealthy() or stack.kafka.transactions_shortcoming()
            return NotYet(problem) if problem else ""

        try:
            for line in undo(stack, Ledger(stack)):
                self._tell(line)
            lost = wait_until(
                "the stack to be healthy", probe, limit_s=HEALTH_LIMIT_S, interval_s=0.2
            )
        except HarnessError as error:
            lost = str(error)
        if lost:
            self._tell(f"replacing the stack: {lost}")
            self._warm.pop(stack.topology.digest, None)
            stack.remove()


def repair(stack: DockerStack) -> None:
    """Heal what a killed harness left broken in a stack."""
    undo(stack, Ledger(stack))
