"""Which database a pipeline begins at: the one that its scenario names, or another."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, get_args

import msgspec

from harness.faults.fault import FAULTS
from harness.kit.errors import UsageError
from harness.model.fault import Step
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.systems import SourceName
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.systems.stores import SOURCES

SOURCE_NAMES: tuple[SourceName, ...] = get_args(SourceName)


class UnfitError(UsageError):
    """A scenario says what only its own source understands."""


def on_source(scenario: Scenario, source: SourceName | None) -> Scenario:
    """`scenario` with its pipeline beginning at `source`; as it is when it has no pipeline.

    Tables are said in the words of the new source, and steps aim at it where they aimed at the
    old one.

    Raises:
        UnfitError: it says what only its own source understands.
    """
    workload = scenario.pipeline
    if not scenario.has_pipeline or source is None or source == workload.source:
        return scenario
    old = workload.source
    cannot = f"scenario {scenario.name} cannot start at {source}"
    adopt = SOURCES[source].adopt
    if adopt is None:
        raise UnfitError(f"{cannot}: it is written for {old}")
    misfits = chain.from_iterable(map(SOURCES[source].misfits, workload.paths))
    for why in (*_own(scenario, workload), *misfits):
        raise UnfitError(f"{cannot}: {why}")
    try:
        tables = tuple(map(adopt, workload.tables))
    except UsageError as error:
        raise UnfitError(f"{cannot}: {error}") from error
    topology = msgspec.structs.replace(scenario.topology, **{old: False, source: True})
    renamed = _renamed(msgspec.to_builtins(scenario.steps), old, source)
    steps = msgspec.convert(renamed, tuple[Step, ...])
    moved = scenario.with_pipeline(msgspec.structs.replace(workload, source=source, tables=tables))
    return msgspec.structs.replace(moved, topology=topology, steps=steps)


def _own(scenario: Scenario, workload: PipelineWorkload) -> Iterator[str]:
    """What of a scenario is said to its own source and to no other."""
    old, topology = workload.source, scenario.topology
    if getattr(topology, f"{old}_settings"):
        yield f"it sets {old}_settings"
    if getattr(topology, f"{old}_replica", False):
        yield f"it uses a replica of {old}"
    for path in workload.paths:
        yield from _own_of(path)
    for step in scenario.steps:
        if any(FAULTS[spec.kind].speaks_to == old for spec in step.faults):
            yield f"step {step.name} alters a table with SQL of {old}"


def _own_of(path: Path) -> Iterator[str]:
    """What of a path is said to its own source."""
    if path.feed.kind == "jdbc":
        yield "the harness's JDBC source connector supports MySQL only"
    parts: tuple[Feed | Copy, ...] = (path.feed, *path.copies)
    if any(part.connector is not None for part in parts):
        yield f"path {path.name} has its own connector configuration"
    if any(part.program is not None for part in parts):
        yield f"path {path.name} has its own program"
    if any(copy.ddl for copy in path.copies):
        yield f"path {path.name} has its own copy tables"
    for name in path.feed.settings:
        if name.startswith(("connect.", "binlog.")):
            yield f"the connector of path {path.name} has the MySQL setting {name}"


def _renamed(value: Any, old: str, new: str) -> Any:  # noqa: ANN401 - as JSON has it
    """The same with every text that is just `old` replaced: names of services."""
    if isinstance(value, dict):
        return {name: _renamed(each, old, new) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(each, old, new) for each in value]
    return new if value == old else value
