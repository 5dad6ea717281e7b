"""Whether writers can do what their mix says."""

from harness.kit.errors import UsageError
from harness.model.pipeline import PipelineWorkload, Writers
from harness.workloads.pipeline.writing import LATE, SHAPES


def check_mixes(workload: PipelineWorkload) -> None:
    """Check what writers are to do.

    Raises:
        UsageError: a kind of transaction is unknown, or would meet rows that it must not.
    """
    for writers in workload.writers:
        unknown = sorted(set(writers.mix) - set(SHAPES))
        if unknown:
            known = ", ".join(sorted(SHAPES))
            raise UsageError(f"{writers.name}: no transaction {unknown[0]!r}; there are {known}")
        if LATE in writers.mix and not (writers.keys_rise and writers.count == 1):
            # By the keys it is told what came later; those of another writer are all higher.
            raise UsageError(f"{writers.name}: {LATE} takes keys_rise=True and count=1")
        if "truncate" in writers.mix:
            _check_alone(writers, workload)


def _check_alone(writers: Writers, workload: PipelineWorkload) -> None:
    others = {name for each in workload.writers if each is not writers for name in each.tables}
    shared = sorted(others & set(writers.tables))
    if writers.count > 1 or shared:
        what = ", ".join(shared) or "its tables"
        raise UsageError(f"{writers.name}: truncate takes the rows of all; write {what} alone")
