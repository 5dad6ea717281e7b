"""Mixes: writers can do what theirs says."""

from harness.engine.validation.problems import Problems, unless_known
from harness.model.pipeline.traffic import Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.workloads.pipeline.choices import LATE, SHAPES


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the mixes of a pipeline's writers."""
    for writers in scenario.pipeline.writers:
        who = f"writer {writers.name!r}"
        for kind in sorted(writers.mix):
            yield from unless_known("transaction", kind, f"mix of {who}", SHAPES)
        if not sum(writers.mix.values()):
            yield f"{who}: mix has no weight above 0, so there is nothing to write"
        if LATE in writers.mix and not (writers.keys_rise and writers.count == 1):
            # By the keys it is told what came later; those of another writer are all higher.
            yield f"{who}: {LATE} takes keys_rise=True and count=1"
        if "truncate" in writers.mix:
            yield from _alone(writers, scenario.pipeline)


def _alone(writers: Writers, workload: PipelineWorkload) -> Problems:
    others = {name for each in workload.writers if each is not writers for name in each.tables}
    shared = sorted(others & set(writers.tables))
    if writers.count > 1 or shared:
        what = ", ".join(shared) or "its tables"
        yield f"writer {writers.name!r}: truncate needs {what} without other writers"
