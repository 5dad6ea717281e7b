"""What the faults of a run permit by themselves: each says it of itself."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.faults.fault import FAULTS
from harness.model.fault import Step
from harness.model.scenario import Scenario


@permits("faults", Step)
def fault_permissions(step: Step, scenario: Scenario) -> Iterator[Permission]:
    """The permissions of the fault of `step`, or of all that it may be."""
    for spec in step.faults:
        yield from FAULTS[spec.kind].permits(spec, step, scenario)
