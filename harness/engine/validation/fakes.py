"""What the fakes cannot run is refused before a folder is made."""

from harness.kit.errors import UsageError
from harness.model.pipeline import PipelineWorkload
from harness.model.scenario import Scenario


def require_fakes(scenario: Scenario) -> None:
    """Check that the fake stack has all that `scenario` needs.

    Raises:
        UsageError: it lacks something; says what, and where to run the scenario instead.
    """
    if isinstance(scenario.workload, PipelineWorkload):
        raise UsageError(
            f"scenario {scenario.name}: the fake stack is Kafka alone, without a pipeline; run it "
            "with --stack docker"
        )
