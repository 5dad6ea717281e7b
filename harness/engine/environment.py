"""Where a plan runs: a stack, who steps its workers, and where its undo ledger lies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.engine.executor import Executor
from harness.model.ports import Stack

StackKind = Literal["docker", "fake"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Everything a run needs of its surroundings."""

    kind: StackKind
    stack: Stack
    executor: Executor
    ledger: Path
    logs: Callable[[], dict[str, bytes]] = dict
    """The log of every service, for capture."""
    images: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
