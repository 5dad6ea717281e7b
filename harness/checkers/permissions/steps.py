"""What the steps of a run permit by themselves."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.fault import Step
from harness.model.scenario import Scenario


@permits("poison", Step)
def poison_permissions(step: Step, _scenario: Scenario) -> Iterator[Permission]:
    """A record that the run itself spoils."""
    if step.fault is not None and step.fault.kind == "topic.poison":
        yield Permission(
            setting=f"step {step.name}",
            reason="the run itself sends a record that nobody can decode",
            kinds=("undecodable", "phantom"),
        )
