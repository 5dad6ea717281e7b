"""What the settings of a source permit."""

from collections.abc import Iterator

from harness.checkers.permissions.change_topics import OUTDATED
from harness.checkers.permissions.permission import Permission, permits
from harness.model.pipeline import PipelineWorkload
from harness.model.scenario import Scenario


@permits("source", PipelineWorkload)
def source_permissions(_: PipelineWorkload, scenario: Scenario) -> Iterator[Permission]:
    """What the source's own settings permit."""
    settings = scenario.topology.mysql_settings
    for name, lost in (
        ("innodb_flush_log_at_trx_commit", ("lost-change", "phantom-change", "extra-row")),
        ("sync_binlog", ("lost-change", "foreign-row", "extra-row", *OUTDATED)),
    ):
        if str(settings.get(name, 1)) != "1":
            yield Permission(
                setting=f"{name}={settings[name]}",
                reason="a commit is acknowledged before it is on disk, in the log of the tables or "
                "in the binary log, and a crash may leave it in one of them only",
                kinds=lost,
            )
