"""The pool of stacks from which scenarios borrow an environment."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import ClassVar, Self

from harness.engine.environment import Environment
from harness.model.manifest import StackKind
from harness.model.scenario import Scenario
from harness.model.topology import Topology


class StackPool(ABC):
    """Lends stacks of one back end by topology."""

    kind: ClassVar[StackKind]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def lacks(self, scenario: Scenario) -> str | None:
        """What `scenario` needs that its stacks lack, as a reason; None when they have it all."""

    @abstractmethod
    def environment(self, topology: Topology, *, seed: int) -> AbstractContextManager[Environment]:
        """An environment of that topology, ours alone for the time of one run."""

    @abstractmethod
    def close(self) -> None:
        """Hand back every stack."""
