"""Tails: what readers are to follow only grows."""

from harness.engine.validation.problems import Problems
from harness.model.pipeline.traffic import Writers
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the tails that a pipeline's readers follow."""
    workload = scenario.pipeline
    tables = {copy.name for path in workload.paths for copy in path.copies if not copy.cache}
    for readers in workload.readers:
        if not readers.tail:
            continue
        if readers.copy not in tables:
            yield f"readers of {readers.copy!r}: tail=True needs a copy in tables"
        for writers in workload.writers:
            if not _only_adds(writers):
                yield (
                    f"readers of {readers.copy!r} use tail=True, but writer {writers.name!r} does "
                    f"not only insert rows: give it keys_rise=True, and a mix of insert and "
                    "rollback alone"
                )


def _only_adds(writers: Writers) -> bool:
    return writers.keys_rise and set(writers.mix) <= {"insert", "rollback"}
