"""Formats: what a feed writes can be read here, and the harness's own sinks can follow it."""

from harness.engine.validation.problems import Problems
from harness.model.pipeline.feed_format import CONVERTERS, REWRITES, FeedFormat
from harness.model.pipeline.paths import Copy, Path
from harness.model.scenario import Scenario
from harness.workloads.pipeline.naming import Naming

DEBEZIUM_SINK = "io.debezium.connector.jdbc.JdbcSinkConnector"
CONVERTED = ("key.converter", "value.converter")


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the converters and transforms of a pipeline's feeds."""
    workload = scenario.pipeline
    tables = [table.name for table in workload.tables]
    of_workers = [name for name in scenario.topology.connect_settings if name in CONVERTED]
    for name in of_workers if workload.paths else ():
        yield (
            f"topology.connect_settings sets {name}, which the harness's readers ignore; set it "
            f"in the settings of the connectors"
        )
    for path in workload.paths:
        found = FeedFormat(path.feed)
        for part in ("key", "value"):
            if found.wire(part) is None:
                yield (
                    f"the feed of path {path.name!r}: no reader of the harness supports "
                    f"{part}.converter="
                    f"{found.converter(part)} writes; known: {', '.join(CONVERTERS)}"
                )
        naming = Naming.of("run")
        if any(found.topic(naming.prefix(path), naming.source, table) is None for table in tables):
            yield from _unforeseen(path, found)
            continue
        for copy in (each for each in path.copies if each.kind == "jdbc"):
            if path.feed.kind == "binlog" and _is_debezium(copy):
                yield (
                    f"copy {path.name}/{copy.name}: Debezium's sink skips the events of a binlog "
                    f"feed; use a table or redis copy, or a debezium feed"
                )
            elif copy.connector is None and path.feed.kind != "program":
                yield from _of_sink(path, copy, tables)


def _unforeseen(path: Path, found: FeedFormat) -> Problems:
    """Why copies of the harness's own cannot read what only records tell the topics of."""
    mover = next(each for each in found.transforms if each.moved("") is None)
    for copy in path.copies:
        if copy.connector is None and copy.kind != "program":
            yield (
                f"copy {path.name}/{copy.name}: which topics transform {mover.alias!r} "
                f"({mover.kind}) of the feed sends records to is known when they are sent, and the "
                "copy has to know before; leave it out, or give it a connector or a program"
            )


def _is_debezium(sink: Copy) -> bool:
    own = {**(sink.connector or {}), **sink.settings}
    return str(own.get("connector.class", DEBEZIUM_SINK)) == DEBEZIUM_SINK


def _of_sink(path: Path, copy: Copy, tables: list[str]) -> Problems:
    """Why a sink with the harness's own configuration cannot follow its feed."""
    naming = Naming.of("run")
    found = naming.format(path)
    who = f"copy {path.name}/{copy.name}"
    instead = "give the copy its own connector, or use a redis or table copy"
    bare = str(found.settings.get("value.converter.schemas.enable", True)).lower() == "false"
    if found.wire("value") == "json" and bare:
        yield (
            f"{who}: the sink needs schemas, and value.converter.schemas.enable=false of the feed "
            f"omits them; set it to true, or {instead}"
        )
    if found.deletes in REWRITES and "transforms" not in copy.settings:
        yield (
            f"{who}: the feed rewrites deletes to rows with `__deleted`, which the sink would "
            f"insert; set delete.tombstone.handling.mode=tombstone at the feed, or {instead}"
        )
    topics = naming.topics(path, tables)
    if found.flat and len(topics) < len(tables) and "collection.name.format" not in copy.settings:
        yield (
            f"{who}: several tables share a topic, and the sink cannot tell which table a row "
            f"belongs to; set collection.name.format, or {instead}"
        )
