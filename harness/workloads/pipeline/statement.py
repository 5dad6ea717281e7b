"""One statement of a writer's transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.model.ports.source import Session


@dataclass(slots=True)
class Statement:
    """One statement of a transaction, and what it makes of a row."""

    execute: Callable[[Session], None]
    """Runs it, if it is for this one to run: see `by_another`."""
    table: str
    key: int
    version: int
    kind: str
    commits: bool = False
    """It commits by itself, as statements that define something may do."""


def by_another(_: Session) -> None:
    """Nothing: another statement of the transaction does it, too."""
