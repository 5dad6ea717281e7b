"""What the settings of a feed permit."""

from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import (
    WITHOUT_SNAPSHOT,
    at_least_once,
    feed_sending,
    feed_settings,
)
from harness.checkers.permissions.permission import Permission, permits
from harness.model.permission import OUTDATED, UNCAPTURED
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Feed, Path
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings

REPLAYED = ("stale-row", "resurrected-row", "nonmonotonic-sighting", "stale-beyond-bound")


@permits("feeds", Path, rank=10)
def feed_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """What a feed permits holds for all hops of its path, since it shows in its copies."""
    feed, settings, topology = path.feed, feed_settings(path.feed), scenario.topology
    names = hop_names(path, scenario.pipeline.source)
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
            reason=(
                "when its position is no longer in the source log it takes a new snapshot, "
                "which shows again what it has sent, and not what was removed or overwritten in "
                "between"
            ),
            kinds=(*UNCAPTURED, "duplicate-change"),
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
