"""What the settings of a source permit."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.permission import OUTDATED
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.value import Settings


@permits("source", PipelineWorkload)
def source_permissions(workload: PipelineWorkload, scenario: Scenario) -> Iterator[Permission]:
    """What the source's own settings permit."""
    if workload.source == "postgres":
        yield from _of_postgres(scenario.topology.postgres_settings)
        return
    settings = scenario.topology.mysql_settings
    for name, lost in (
        ("innodb_flush_log_at_trx_commit", ("lost-change", "phantom-change", "extra-row")),
        ("sync_binlog", ("lost-change", "foreign-row", "extra-row", *OUTDATED)),
    ):
        if str(settings.get(name, 1)) != "1":
            yield Permission(
                setting=f"{name}={settings[name]}",
                reason=(
                    "a commit is acknowledged before it is on disk, in InnoDB's redo log or in "
                    "the binary log, and after a crash it may be in only one of them"
                ),
                kinds=lost,
            )


def _of_postgres(settings: Settings) -> Iterator[Permission]:
    """Its tables and its log come from one write-ahead log, so a crash leaves them in agreement."""
    for name in ("synchronous_commit", "fsync"):
        if settings.get(name, True) in (False, "off"):
            yield Permission(
                setting=f"{name}=off",
                reason="a commit is acknowledged before it is on disk, and a crash may take it",
                kinds=("lost-change",),
            )
