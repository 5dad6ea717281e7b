"""What tables of errors say; there is one for each client and what it is asked."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["fail", "info"]


@dataclass(frozen=True, slots=True)
class Row:
    """What one error means for the operation that it ended, and why."""

    outcome: Outcome
    reason: str
