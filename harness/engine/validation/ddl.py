"""What a source table's own DDL shows of its key and version, before any server has read it."""

from harness.engine.validation.problems import Problems
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.systems.stores import SOURCES


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the DDL of source tables."""
    if isinstance(scenario.workload, PipelineWorkload):
        for table in scenario.workload.tables:
            yield from SOURCES[scenario.workload.source].problems(table)
