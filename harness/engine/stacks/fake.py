"""Stacks in memory: a new one for every run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from harness.backends.fake import limits
from harness.backends.fake.stack import FakeStack
from harness.engine.environment import Environment
from harness.engine.executor import Simulation
from harness.engine.stacks.pool import StackPool
from harness.faults.ledger import Ledger, Memory
from harness.model.manifest import StackKind
from harness.model.scenario import Scenario
from harness.model.topology import Topology


class FakeStacks(StackPool):
    """Makes fakes.

    Args:
        bugs: planted in every one.
    """

    kind: ClassVar[StackKind] = "fake"

    def __init__(self, bugs: tuple[str, ...] = ()) -> None:
        self._bugs = bugs

    def lacks(self, scenario: Scenario) -> str | None:
        """What `scenario` needs and the fakes do not play."""
        return limits.lacks(scenario)

    def close(self) -> None:
        """Nothing: each ends with its run."""

    @contextmanager
    def environment(self, topology: Topology, *, seed: int) -> Iterator[Environment]:
        """A fake of that topology, which makes the same of the same seed."""
        stack = FakeStack(topology, seed=seed, bugs=self._bugs)
        yield Environment(
            kind=self.kind,
            stack=stack,
            executor=Simulation(stack.clock),
            ledger=Ledger(Memory()),
        )
