"""What a source table's own DDL shows of its key and version, before any server has read it."""

from harness.engine.validation.problems import Problems
from harness.model.scenario import Scenario
from harness.systems.stores import SOURCES


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the DDL of source tables."""
    for table in scenario.pipeline.tables:
        yield from SOURCES[scenario.pipeline.source].problems(table)
