"""What the settings of a schema registry permit: of its journal, and of the contract it holds."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission
from harness.model.pipeline import Path
from harness.model.value import Settings

UNREAD = ("missed-change", "torn-transaction", "broken-chain")
MISLED = ("missing-row", "stale-row", "resurrected-row", "stale-beyond-bound")
"""What copies show whose readers could not read, or read something else."""
RETENTION = "apicurio.kafkasql.topic.retention.ms"


def of_registry(settings: Settings) -> Iterator[Permission]:
    """What is permitted by the registry's own settings."""
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


def of_contract(path: Path, hops: tuple[str, ...]) -> Iterator[Permission]:
    """What is permitted by the compatibility that is asked of the schemas of `path`."""
    if path.feed.compatibility == "NONE":
        yield Permission(
            setting=f"compatibility=NONE of the schemas of {path.name}",
            reason="the registry lets in a schema that readers cannot follow",
            kinds=("undecodable", *UNREAD, *MISLED),
            hops=hops,
        )
