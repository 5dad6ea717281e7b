"""Tables, writers and paths of a pipeline: what they name and need is there."""

from collections.abc import Iterator

from harness.engine.validation.problems import Problems, unless_known, used_twice
from harness.model.pipeline.hops import APPLICATION
from harness.model.pipeline.paths import CONNECTORS, Copy, Feed, Path
from harness.model.pipeline.systems import SourceName
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology

RESERVED = ("topics", "feed")
"""What a path itself has beside its copies: no copy may be called so."""


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the tables, writers and paths of a pipeline."""
    workload = scenario.pipeline
    if not scenario.has_pipeline:
        return
    if not workload.tables:
        yield "workload.tables: expected at least one table"
    if not (workload.writers or workload.races):
        yield "workload.writers: expected at least one; without traffic a run proves nothing"
    tables = [table.name for table in workload.tables]
    for writers in workload.writers:
        if not writers.tables:
            yield f"writer {writers.name!r}: tables must name at least one"
        for table in writers.tables:
            yield from unless_known("table", table, f"writer {writers.name!r}", tables)
    yield from used_twice([name.lower() for name in tables], "tables")
    yield from used_twice([path.name for path in workload.paths], "paths")
    for path in workload.paths:
        yield from _names(path, workload.source, tables)
        yield from _programs(path)
    yield from _lacking(workload, scenario.topology)


def _names(path: Path, source: SourceName, tables: list[str]) -> Problems:
    if path.name in (APPLICATION, source):
        yield f"no path may be named {path.name!r}, which is reserved; rename it"
    yield from used_twice([copy.name for copy in path.copies], f"copies of path {path.name!r}")
    for table in path.feed.schemas:
        yield from unless_known("table", table, f"schemas of path {path.name!r}", tables)
    for copy in path.copies:
        where = f"copy {path.name}/{copy.name}"
        if copy.name in RESERVED:
            yield f"{where}: no copy may be named {copy.name!r}, which is reserved; rename it"
        for table in copy.ddl:
            yield from unless_known("table", table, f"ddl of {where}", tables)


def _programs(path: Path) -> Problems:
    movers: list[tuple[str, Feed | Copy]] = [(f"the feed of path {path.name!r}", path.feed)]
    movers += [(f"copy {path.name}/{copy.name}", copy) for copy in path.copies]
    for where, mover in movers:
        program = mover.program
        if mover.kind == "program" and program is None:
            yield f"{where}: kind='program' needs program=Program(...)"
        if mover.kind != "program" and program is not None:
            yield f"{where}: a program needs kind='program', got {mover.kind!r}"
        if program is not None and (program.image is None) == (program.function is None):
            yield f"{where}: expected either an image or a function of the program"
        if mover.connector is not None and mover.kind not in CONNECTORS:
            yield (
                f"{where}: a connector configuration is supported for "
                f"{' and '.join(CONNECTORS)}, got kind {mover.kind!r}"
            )


def _lacking(workload: PipelineWorkload, topology: Topology) -> Problems:
    """Services that a part of the pipeline needs, and the topology does not have."""
    for what, service in _needs(workload):
        if not getattr(topology, service, False):
            value = 1 if service in ("brokers", "connect_workers") else True
            yield f"{what} needs {service}: set topology {service}={value}"


def _needs(workload: PipelineWorkload) -> Iterator[tuple[str, str]]:
    yield "a pipeline", workload.source
    for path in workload.paths:
        what = f"path {path.name!r}"
        yield what, "brokers"
        yield what, "registry"
        if path.feed.kind in CONNECTORS:
            yield f"the {path.feed.kind} feed of {what}", "connect_workers"
        for copy in path.copies:
            where = f"copy {path.name}/{copy.name}"
            if copy.kind in CONNECTORS:
                yield where, "connect_workers"
            yield where, copy.cache or copy.database or workload.source
    for cache in workload.caches:
        yield f"cache {cache.name!r}", cache.system
