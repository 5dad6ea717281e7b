"""What the settings of a schema registry permit: of its journal, and of the contract it holds."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario

UNREAD = ("missed-change", "torn-transaction", "broken-chain")
MISLED = ("missing-row", "stale-row", "resurrected-row", "stale-beyond-bound")
"""What copies show whose readers could not read, or read something else."""
RETENTION = "apicurio.kafkasql.topic.retention.ms"


@permits("registry", PipelineWorkload, rank=10)
def registry_permissions(_: PipelineWorkload, scenario: Scenario) -> Iterator[Permission]:
    """What is permitted by the registry's own settings."""
    settings = scenario.topology.registry_settings
    if int(settings.get(RETENTION, -1)) >= 0:
        yield Permission(
            setting=f"{RETENTION}={settings[RETENTION]}",
            reason="at every start the registry reads its journal, and it gives the ids again that "
            "are not in there any more",
            kinds=(
                *("aliased-record", "schema-id-changed", "schema-lost", "undecodable"),
                *("phantom-change", "reordered-change", "duplicate-change", *UNREAD),
                *("foreign-row", "extra-row", "nonmonotonic-sighting", *MISLED),
            ),
        )


@permits("contract", Path, rank=30)
def contract_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """What is permitted by the compatibility that is asked of the schemas of `path`."""
    if path.feed.compatibility == "NONE":
        yield Permission(
            setting=f"compatibility=NONE of the schemas of {path.name}",
            reason="the registry lets in a schema that readers cannot follow",
            kinds=("undecodable", *UNREAD, *MISLED),
            hops=hop_names(path, scenario.pipeline.source),
        )
