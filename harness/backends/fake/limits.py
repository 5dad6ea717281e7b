"""What the fake stack lacks."""

from harness.backends.fake.services import POWERS
from harness.backends.powers import lacking
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.powers import OwnPrograms
from harness.model.scenario import Scenario


def lacks(scenario: Scenario) -> str | None:
    """What `scenario` needs that is not there, as a reason; None when it has everything."""
    if isinstance(scenario.workload, PipelineWorkload):
        return "the fake stack is Kafka alone, without a pipeline"
    return lacking(scenario, (*POWERS, OwnPrograms), "the fakes have")
