"""What the settings of a pipeline permit: of its brokers, its feeds and its copies.

A feed's permission holds for all hops of its path, since what a feed does shows in its copies; a
copy's holds for its own hop.
"""

from collections.abc import Iterator
from dataclasses import replace

from harness.checkers.evidence.pipeline.settings import (
    WITHOUT_SNAPSHOT,
    at_least_once,
    copy_settings,
    feed_sending,
    feed_settings,
)
from harness.checkers.permissions.caches import of_cache, of_redis
from harness.checkers.permissions.change_topics import OUTDATED, UNCAPTURED, of_topics
from harness.checkers.permissions.contents import content_permissions
from harness.checkers.permissions.coordinators import EVENTS, of_offsets
from harness.checkers.permissions.formats import format_permissions
from harness.checkers.permissions.permission import Permission
from harness.checkers.permissions.schemas import of_contract, of_registry
from harness.checkers.permissions.truncation import truncation_permissions
from harness.model.pipeline import Copy, Feed, Path, PipelineWorkload, hops
from harness.model.topology import Topology
from harness.model.value import Settings, is_on

REPLAYED = ("stale-row", "resurrected-row", "nonmonotonic-sighting", "stale-beyond-bound")


def pipeline_permissions(workload: PipelineWorkload, topology: Topology) -> Iterator[Permission]:
    """Everything that the settings of `workload` on `topology` permit."""
    yield from _of_source(topology.mysql_settings)
    yield from of_registry(topology.registry_settings)
    for path in workload.paths:
        names = [hop.name for hop in hops(workload) if hop.path == path.name]
        yield from (replace(each, hops=tuple(names)) for each in of_offsets(topology, EVENTS))
        yield from _of_feed(path, topology, tuple(names))
        yield from content_permissions(path, tuple(names))
        yield from format_permissions(path, tuple(names))
        if any("truncate" in writers.mix for writers in workload.writers):
            yield from truncation_permissions(path, tuple(names))
        for copy, name in zip(path.copies, names[1:], strict=True):
            yield from _of_copy(copy, topology, (name,))
            if copy.kind == "jdbc" and not workload.auto_restart:
                yield Permission(
                    setting="auto_restart=false",
                    reason="the sink gives up when its database goes away for a moment, and "
                    "nobody starts a task again that has FAILED",
                    kinds=("failed-task",),
                    hops=(name,),
                )
    kept = [hop.name for hop in hops(workload) if hop.kind == "cache"]
    for cache, name in zip(workload.caches, kept, strict=True):
        yield from of_cache(cache, name)


def _of_source(settings: Settings) -> Iterator[Permission]:
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


def _of_feed(path: Path, topology: Topology, names: tuple[str, ...]) -> Iterator[Permission]:
    feed, settings = path.feed, feed_settings(path.feed)
    given_up = at_least_once(feed, topology)
    if given_up:
        yield Permission(
            setting=f"{given_up} of {path.name}",
            reason="events sent since the last committed position are sent again after a crash of "
            "the worker, and a batch whose acknowledgement got lost is sent again",
            kinds=("duplicate-change", "nonmonotonic-sighting"),
            hops=names,
        )
    if str(settings["errors.tolerance"]) == "all":
        yield Permission(
            setting=f"errors.tolerance=all of the feed of {path.name}",
            reason="an event that cannot be converted or sent is dropped and never sent again",
            kinds=UNCAPTURED,
            hops=names,
        )
    rules = _of_polling if feed.polls else _of_log_reading
    yield from rules(feed, settings, path.name, names)
    yield from _of_producer(feed, topology, path.name, names, once=given_up is None)
    yield from of_topics(path, topology, names)
    yield from of_contract(path, names)


def _of_log_reading(
    feed: Feed, settings: Settings, path: str, names: tuple[str, ...]
) -> Iterator[Permission]:
    mode = str(settings["snapshot.mode"])
    if mode in WITHOUT_SNAPSHOT:
        yield Permission(
            setting=f"snapshot.mode={mode} of {path}",
            reason="rows that were there before the connector are never shown",
            kinds=("missed-change", "torn-transaction", "missing-row"),
            hops=names,
        )
    else:
        yield Permission(
            setting=f"snapshot.mode={mode} of {path}",
            reason="a snapshot that is interrupted is taken again from its beginning",
            kinds=("repeated-snapshot",),
            hops=names,
        )
    if mode == "when_needed":
        yield Permission(
            setting=f"snapshot.mode=when_needed of {path}",
            reason="when its position is no longer in the binary log it takes a new snapshot, "
            "which does not show what was removed or overwritten in between",
            kinds=UNCAPTURED,
            hops=names,
        )
    skipped = {
        "c": ("missing-row", "stale-row"),
        "u": ("stale-row", "stale-beyond-bound"),
        "d": ("resurrected-row", "stale-beyond-bound"),
    }
    for letter in str(settings.get("skipped.operations", "t")).replace(" ", "").split(","):
        if letter in skipped:
            yield Permission(
                setting=f"skipped.operations={settings['skipped.operations']} of {path}",
                reason=f"changes of kind {letter} are left out on purpose",
                kinds=("missed-change", "torn-transaction", "broken-chain", *skipped[letter]),
                hops=names,
            )
    handling = str(settings.get("event.processing.failure.handling.mode", "fail"))
    if feed.kind == "debezium" and handling != "fail":
        yield Permission(
            setting=f"event.processing.failure.handling.mode={handling} of {path}",
            reason="a change that cannot be read is passed over",
            kinds=UNCAPTURED,
            hops=names,
        )


def _of_polling(
    feed: Feed, settings: Settings, path: str, names: tuple[str, ...]
) -> Iterator[Permission]:
    yield Permission(
        setting=f"a feed that polls ({feed.kind}) of {path}",
        reason="a query does not show rows that are gone",
        kinds=("missed-change", "torn-transaction", "resurrected-row", "stale-beyond-bound"),
        hops=names,
    )
    if feed.kind == "program":
        return
    mode = str(settings["mode"])
    if mode == "bulk":
        yield Permission(
            setting=f"mode=bulk of {path}",
            reason="every poll shows all rows again",
            kinds=("duplicate-change", "nonmonotonic-sighting"),
            hops=names,
        )
    elif mode == "incrementing":
        yield Permission(
            setting=f"mode=incrementing of {path}",
            reason="only rows above the highest id are read: no update ever, nor a row whose "
            "transaction came late",
            kinds=("missed-change", "torn-transaction", *OUTDATED),
            hops=names,
        )
    elif int(settings["timestamp.delay.interval.ms"]) <= 0:
        yield Permission(
            setting=f"mode={mode} with timestamp.delay.interval.ms=0 of {path}",
            reason="a transaction that commits after a poll has passed its timestamp is never read",
            kinds=("missed-change", "torn-transaction", *OUTDATED),
            hops=names,
        )


def _of_producer(
    feed: Feed, topology: Topology, path: str, names: tuple[str, ...], *, once: bool
) -> Iterator[Permission]:
    sends = feed_sending(feed, topology)
    if sends.acks != "all":
        yield Permission(
            setting=f"acks={0 if sends.acks == 'none' else 1} of the feed of {path}",
            reason="an event is taken as sent before a second broker has it",
            kinds=UNCAPTURED,
            hops=names,
        )
    if not once and not sends.keeps_order:
        yield Permission(
            setting=f"max.in.flight.requests.per.connection={sends.in_flight} of the feed of "
            f"{path}",
            reason="a batch that is sent again comes behind one that was sent after it",
            kinds=("reordered-change", "broken-chain", "missing-tombstone", *REPLAYED),
            hops=names,
        )


def _of_copy(copy: Copy, topology: Topology, names: tuple[str, ...]) -> Iterator[Permission]:
    settings = copy_settings(copy, topology)
    rules = _of_sink if copy.kind == "jdbc" else _of_consumer
    more = of_redis(copy) if copy.kind == "redis" else ()
    for setting, reason, kinds in (*_of_reading(settings), *rules(settings), *more):
        yield Permission(
            setting=f"{setting} of {copy.name}", reason=reason, kinds=kinds, hops=names
        )


def _of_reading(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    reset = str(settings["auto.offset.reset"])
    if reset in {"latest", "largest", "end"}:
        reason = (
            "a reader without a valid position begins at the end and never sees what was before"
        )
        yield f"auto.offset.reset={reset}", reason, OUTDATED
    if str(settings["isolation.level"]) == "read_uncommitted":
        reason = "events of aborted transactions are applied, and those that are sent again as well"
        yield "isolation.level=read_uncommitted", reason, ("foreign-row", "extra-row", *REPLAYED)
    if str(settings.get("errors.tolerance", "none")) == "all":
        yield "errors.tolerance=all", "an event that cannot be applied is passed over", OUTDATED
        if not settings.get("errors.deadletterqueue.topic.name"):
            reason = "what is passed over is put nowhere"
            yield "errors.tolerance=all without a dead-letter queue", reason, ("skipped-record",)


def _of_sink(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if str(settings["insert.mode"]) == "insert":
        reason = "an event that is delivered again, and every change of a row, becomes a new row"
        yield "insert.mode=insert", reason, ("duplicate-row", "stale-row")
        reason = "a table with a key refuses a row that is delivered again, and the sink gives up"
        yield "insert.mode=insert", reason, ("refused-row",)
    if not is_on(settings["delete.enabled"]):
        kinds = ("resurrected-row", "stale-beyond-bound")
        yield "delete.enabled=false", "rows are never removed from the sink", kinds
    mode = str(settings["primary.key.mode"])
    if mode != "record_key":
        reason = "events of one row need not meet in one row, nor come in its order"
        yield f"primary.key.mode={mode}", reason, ("duplicate-row", *REPLAYED)
    for name, value in settings.items():
        if name.endswith("delete.tombstone.handling.mode") and str(value) == "drop":
            kinds = ("resurrected-row", "stale-beyond-bound")
            yield f"{name}=drop", "removals are dropped on their way to the sink", kinds


def _of_consumer(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if not is_on(settings["versioned"]):
        reason = (
            "an older event that comes again, or from a stalled consumer, overwrites a newer row"
        )
        yield "versioned=false", reason, REPLAYED
    if is_on(settings["enable.auto.commit"]) and is_on(settings["enable.auto.offset.store"]):
        reason = (
            "an offset may be committed before its event is applied; a crash leaves it to nobody"
        )
        yield "enable.auto.commit with enable.auto.offset.store", reason, OUTDATED
