"""The pool of stacks: scenarios borrow an environment, healthy stacks stay warm for the next."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import POWERS, DockerStack
from harness.backends.fake.limits import lacks as fake_lacks
from harness.backends.fake.stack import FakeStack
from harness.backends.powers import lacking
from harness.engine.environment import Environment, StackKind
from harness.engine.executor import Simulation, Threads
from harness.engine.undo import undo
from harness.faults.ledger import Ledger, Memory
from harness.kit.errors import HarnessError
from harness.kit.waits import NotYet, wait_until
from harness.model.scenario import Scenario
from harness.model.topology import Topology

log = logging.getLogger(__name__)
HEALTH_LIMIT_S = 30.0
WARM_MAX = 2
"""Stacks that are kept warm side by side: each takes about two gigabytes of memory."""


class StackPool:
    """Lends stacks by topology; boots what is not there, replaces what does not get healthy.

    Args:
        kind: real containers or fakes.
        kept: leave real stacks running at the end, for a later process to attach to.
        tell: told what happens as one line.
        bugs: planted in every fake stack.
    """

    def __init__(
        self,
        kind: StackKind,
        *,
        kept: bool,
        tell: Callable[[str], None],
        bugs: tuple[str, ...] = (),
    ) -> None:
        self.kind: StackKind = kind
        self._kept = kept
        self._tell = tell
        self._bugs = bugs
        self._warm: dict[str, DockerStack] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lacks(self, scenario: Scenario) -> str | None:
        """What `scenario` needs that its stacks lack, as a reason; None when they have it all."""
        if self.kind == "fake":
            return fake_lacks(scenario)
        return lacking(scenario, POWERS, "containers have")

    @contextmanager
    def environment(self, topology: Topology, *, seed: int) -> Iterator[Environment]:
        """An environment of that topology, ours alone for the time of one run."""
        if self.kind == "fake":
            yield from self._fake(topology, seed)
            return
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
                kind="docker",
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

    def _fake(self, topology: Topology, seed: int) -> Iterator[Environment]:
        stack = FakeStack(topology, seed=seed, bugs=self._bugs)
        yield Environment(
            kind="fake",
            stack=stack,
            executor=Simulation(stack.clock),
            ledger=Ledger(Memory()),
        )

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
