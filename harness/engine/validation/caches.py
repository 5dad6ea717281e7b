"""Readers, races and caches of the application: what they name is there, and of the right kind."""

from harness.engine.validation.problems import Problems, unless_known, used_twice
from harness.model.pipeline.traffic import RACED
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the caches of a pipeline and with whoever reads copies."""
    workload = scenario.pipeline
    tables = [table.name for table in workload.tables]
    kinds = {cache.name: cache.kind for cache in workload.caches}
    copies = {copy.name for path in workload.paths for copy in path.copies}
    for readers in workload.readers:
        yield from unless_known("copy", readers.copy, "readers", copies | set(kinds))
    for race in workload.races:
        yield from unless_known("cache", race.cache, f"race {race.name!r}", kinds)
        yield from unless_known("table", race.table, f"race {race.name!r}", tables)
        if kinds.get(race.cache, RACED[race.kind]) != RACED[race.kind]:
            yield f"race {race.name!r} is a {race.kind}, which needs a {RACED[race.kind]} cache"
    names = [each.name for each in workload.writers] + [each.name for each in workload.races]
    yield from used_twice(names, "writers and races")
    yield from used_twice([*copies, *(cache.name for cache in workload.caches)], "caches")
