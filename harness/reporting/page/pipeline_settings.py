"""What ran in a pipeline: tables, writers, the way of their changes, caches, races, readers."""

from collections.abc import Iterator

from harness.kit.counts import counted
from harness.model.pipeline.paths import Copy, Path
from harness.model.pipeline.traffic import Cache, Race, Readers, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.reporting import words
from harness.reporting.page.markup import Markup, with_code

Row = tuple[str, Markup]


def rows(workload: PipelineWorkload) -> Iterator[Row]:
    """One row for each part of the workload, in the order of a change's way."""
    for table in workload.tables:
        there = f"{counted(table.rows, 'row')} before the feeds start"
        yield f"table: {table.name}", with_code(there, words.settings(table.columns))
    for writers in workload.writers:
        yield f"writers: {writers.name}", _writers(writers)
    for race in workload.races:
        yield f"race: {race.name}", _race(race)
    for path in workload.paths:
        yield from _path(path)
    for cache in workload.caches:
        yield f"cache: {cache.name}", _bounded(cache, "maintained by the application")
    for readers in workload.readers:
        yield f"readers of {readers.copy}", _readers(readers)
    if workload.auto_restart:
        yield "connectors", with_code("restarted when a connector or a task is FAILED", "")


def _writers(writers: Writers) -> Markup:
    tables = words.listed(writers.tables)
    each = f"{writers.rate_per_s:g}/s and {counted(writers.keys, 'key')} each"
    mix = ", ".join(f"{what} {weight}" for what, weight in writers.mix.items())
    return with_code(f"{words.count(writers.count)} to {tables}, {each}", mix)


def _race(race: Race) -> Markup:
    times = f"for {counted(race.rows, 'row')} of {race.table}, {race.rate_per_s:g}/s"
    return with_code(f"{race.kind} in {race.cache}, {times}", "")


def _path(path: Path) -> Iterator[Row]:
    feed = path.feed
    topics = {f"topic {name}": value for name, value in feed.topic_settings.items()}
    sentence = f"{feed.kind} into {counted(feed.partitions, 'partition')} per table"
    yield f"feed: {path.name}", with_code(sentence, words.settings({**feed.settings, **topics}))
    for copy in path.copies:
        holds = "all rows" if copy.holds == "equal" else "correct rows, possibly not all"
        yield f"copy: {path.name}/{copy.name}", _bounded(copy, f"holds {holds}")


def _bounded(copy: Copy | Cache, what: str) -> Markup:
    bound = "" if copy.staleness_s is None else f", at most {copy.staleness_s:g} s stale"
    return with_code(f"{copy.kind}, {what}{bound}", words.settings(copy.settings))


def _readers(readers: Readers) -> Markup:
    return with_code(f"{words.count(readers.count)}, {readers.rate_per_s:g}/s each", "")
