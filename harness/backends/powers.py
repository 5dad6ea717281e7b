"""Which powers over a stack the faults of a scenario need, and a back end has or lacks."""

from collections.abc import Collection
from typing import Any

from harness.faults.fault import FAULTS
from harness.model.scenario import Scenario


def lacking(scenario: Scenario, has: Collection[type[Any]], where: str) -> str | None:
    """The first power that a fault of `scenario` needs and `has` is without, as a reason.

    Args:
        scenario: valid, so that its faults are known.
        has: powers by their protocols (see `harness.model.ports.powers`).
        where: the back end's name in sentences.
    """
    for step in scenario.steps:
        for spec in step.faults:
            for power in FAULTS[spec.kind].needs:
                if power not in has:
                    return f"{where} no power {power.__name__}, which {spec.kind} needs"
    return None
