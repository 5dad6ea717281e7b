"""The registry of what permits: settings, and faults, of which each says it itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from harness.kit.registry import Registry
from harness.model.permission import Permission
from harness.model.scenario import Scenario

__all__ = ["RULES", "Permission", "permits"]

Subject = TypeVar("Subject")


Permit: TypeAlias = Callable[[Subject, Scenario], Iterator[Permission]]
"""What a part of a scenario, or of its workload, permits."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of part permits."""

    part: type
    rank: int
    permits: Permit[Any]


RULES: Registry[Rule] = Registry("permission", "harness.checkers", order=lambda rule: rule.rank)


def permits(
    name: str, part: type[Subject], *, rank: int = 0
) -> Callable[[Permit[Subject]], Permit[Subject]]:
    """Register the decorated function as what each `part` of a scenario permits.

    Args:
        name: of the rule.
        part: see `harness.checkers.verdict.promises` for the parts and their order.
        rank: of several reasons that a part has for a kind, those of a lower one are said first.
    """

    def register(function: Permit[Subject]) -> Permit[Subject]:
        RULES.add(name, Rule(part, rank, function))
        return function

    return register
