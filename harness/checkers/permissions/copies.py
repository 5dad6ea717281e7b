"""What the settings of a copy permit: of a sink, or of a consumer that fills it."""

from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import copy_settings
from harness.checkers.permissions.caches import of_redis
from harness.checkers.permissions.feeds import REPLAYED
from harness.checkers.permissions.permission import Permission, permits
from harness.model.permission import OUTDATED
from harness.model.pipeline.hops import copy_hop
from harness.model.pipeline.paths import Copy, Path
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings, is_on


@permits("copies", Path, rank=70)
def copy_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """What a copy permits holds for its own hop."""
    for copy in path.copies:
        names = (copy_hop(path, copy).name,)
        yield from _of_copy(copy, scenario.topology, names)
        if copy.kind == "jdbc" and not scenario.pipeline.auto_restart:
            yield Permission(
                setting="auto_restart=false",
                reason=(
                    "the sink's task fails when its database is away for a moment, and Connect "
                    "does not restart a FAILED task"
                ),
                kinds=("failed-task",),
                hops=names,
            )


def _of_copy(copy: Copy, topology: Topology, names: tuple[str, ...]) -> Iterator[Permission]:
    settings = copy_settings(copy, topology)
    rules = _of_sink if copy.kind == "jdbc" else _of_consumer
    more = of_redis(copy) if copy.kind == copy.cache else ()
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
        reason = (
            "a table with a key refuses a row that is delivered again, and the sink's task fails"
        )
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
            "an offset may be committed before its event is applied; after a crash it is never "
            "applied"
        )
        yield "enable.auto.commit with enable.auto.offset.store", reason, OUTDATED
