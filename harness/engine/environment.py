"""Where a plan runs: a stack, who steps its workers, and its undo ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.engine.executor import Executor
from harness.faults.ledger import Ledger
from harness.model.manifest import StackKind
from harness.model.ports.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Everything a run needs of its surroundings."""

    kind: StackKind
    stack: Stack
    executor: Executor
    ledger: Ledger
    logs: Callable[[], dict[str, bytes]] = dict
    """The log of every service, for capture."""
    images: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
