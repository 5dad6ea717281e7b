"""A pipeline workload: tables of a source, the paths their changes take, where copies end up."""

from harness.model.pipeline.paths import Path
from harness.model.pipeline.systems import SourceName
from harness.model.pipeline.traffic import Cache, Race, Readers, SourceTable, Writers
from harness.model.value import Value


class PipelineWorkload(Value, frozen=True, kw_only=True, tag="pipeline"):
    """Writers to a source, paths with copies, caches of the application, and their readers."""

    tables: tuple[SourceTable, ...]
    writers: tuple[Writers, ...]
    source: SourceName = "mysql"
    paths: tuple[Path, ...] = ()
    caches: tuple[Cache, ...] = ()
    readers: tuple[Readers, ...] = ()
    races: tuple[Race, ...] = ()
    auto_restart: bool = False
    """Restart FAILED connectors and tasks, as an operator or Strimzi's autoRestart does; Connect
    itself does not."""
