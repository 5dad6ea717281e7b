"""What PostgreSQL's tables, and the settings of a connector that reads its log, permit."""

import re
from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import feed_settings
from harness.checkers.permissions.permission import Permission, permits
from harness.checkers.permissions.publications import left_out
from harness.model.permission import UNCAPTURED
from harness.model.pipeline.hops import hop_names, path_hops, writers_hop
from harness.model.pipeline.paths import Path
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.value import Settings, is_on

FORWARD = ("trust_slot", "trust_greater_lsn")
"""Values of `offset.mismatch.strategy` with which a connector goes on where its slot is."""

_UNLOGGED = re.compile(r"\bCREATE\s+UNLOGGED\s+TABLE\b", re.IGNORECASE)
_PARTITIONED = re.compile(r"\)\s*PARTITION\s+BY\b", re.IGNORECASE)
_FULL = re.compile(r"\bREPLICA\s+IDENTITY\s+FULL\b", re.IGNORECASE)
_LONG = re.compile(r"\b(TEXT|VARCHAR|CHARACTER VARYING|BYTEA|JSONB?|XML)\b|\[\]", re.IGNORECASE)
"""Types of values that the server may store apart from their row."""


@permits("postgres tables", PipelineWorkload, rank=5)
def source_permissions(workload: PipelineWorkload, scenario: Scenario) -> Iterator[Permission]:
    """What the server's settings and the DDL of tables permit, whatever the feeds."""
    if workload.source != "postgres":
        return
    most = str(scenario.topology.postgres_settings.get("max_slot_wal_keep_size", -1))
    if most != "-1":
        yield Permission(
            setting=f"max_slot_wal_keep_size={most}",
            reason="the server removes what a slot that is further behind has yet to read",
            kinds=("failed-task", *UNCAPTURED),
            hops=tuple(
                hop.name
                for path in workload.paths
                if not path.feed.polls
                for hop in path_hops(path, workload.source)
            ),
        )
    for table in workload.tables:
        if _UNLOGGED.search(table.ddl or ""):
            yield Permission(
                setting=f"UNLOGGED of table {table.name}",
                reason="what is written to it is in no write-ahead log, and no feed can see it",
                kinds=("unlogged-change", "lost-change"),
                hops=(writers_hop(workload.source),),
            )


@permits("postgres feeds", Path, rank=15)
def connector_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """What Debezium's connector for PostgreSQL is set to permit."""
    workload = scenario.pipeline
    if workload.source != "postgres" or path.feed.kind != "debezium":
        return
    settings = feed_settings(path.feed)
    names = hop_names(path, workload.source)
    for setting, reason, kinds in (
        *_of_slot(settings),
        *_of_tables(workload.tables, settings),
    ):
        yield Permission(
            setting=f"{setting} of {path.name}", reason=reason, kinds=kinds, hops=names
        )
    for each in left_out(workload, settings):
        yield Permission(
            setting=f"publication {each.publication} of {path.name}",
            reason=each.reason,
            kinds=each.kinds,
            hops=names,
        )


def _of_slot(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if is_on(settings.get("slot.drop.on.stop", False)):
        yield (
            "slot.drop.on.stop=true",
            "whenever its task stops it drops its slot, and with that what it has yet to read",
            ("failed-task", *UNCAPTURED),
        )
    strategy = str(settings.get("offset.mismatch.strategy", "no_validation"))
    if strategy in FORWARD:
        yield (
            f"offset.mismatch.strategy={strategy}",
            "it goes on where its slot is, and passes over what a new slot does not hold",
            UNCAPTURED,
        )


def _of_tables(
    tables: tuple[SourceTable, ...], settings: Settings
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    parted = [table.name for table in tables if _PARTITIONED.search(table.ddl or "")]
    if parted and not is_on(settings.get("publish.via.partition.root", False)):
        yield (
            "publish.via.partition.root=false",
            f"changes of {', '.join(parted)} come under names of partitions, not of its tables",
            UNCAPTURED,
        )
    identities = str(settings.get("replica.identity.autoset.values", ""))
    for table in tables:
        text = " ".join((table.ddl or "", *table.columns.values()))
        own = "FULL" if table.ddl is None or _FULL.search(table.ddl) else "DEFAULT"
        given = {each.rpartition(":")[2].strip().upper() for each in identities.split(",")} - {""}
        lacking = sorted((given or {own}) - {"FULL"})
        if _LONG.search(text) and lacking:
            yield (
                f"REPLICA IDENTITY {' or '.join(lacking)} of table {table.name}",
                "the log does not hold a long value that an update leaves alone",
                ("altered-row",),
            )
