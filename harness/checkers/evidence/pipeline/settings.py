"""What feeds, copies and caches run with, as far as a promise depends on it.

A connector does what it does by itself, under the harness's template, under the scenario's own
settings; someone's own configuration takes the template's place. Tests compare these tables with
the templates and with the settings of Python feeds and copies.
"""

from harness.model.defaults.dialects import LIBRDKAFKA, Sending, connect, sending
from harness.model.pipeline.paths import CONNECTORS, Copy, Feed
from harness.model.pipeline.traffic import Cache
from harness.model.topology import Topology
from harness.model.value import Settings

FEEDS_BY_THEMSELVES: dict[str, Settings] = {
    "debezium": {
        "exactly.once.support": "requested",
        "snapshot.mode": "initial",
        "errors.tolerance": "none",
        "tombstones.on.delete": True,
        "skipped.operations": "t",
        "event.processing.failure.handling.mode": "fail",
    },
    "jdbc": {
        "exactly.once.support": "requested",
        "mode": "bulk",
        "timestamp.delay.interval.ms": 0,
        "errors.tolerance": "none",
    },
}
COPIES_BY_THEMSELVES: dict[str, Settings] = {
    "jdbc": {
        "auto.offset.reset": "earliest",
        "isolation.level": "read_uncommitted",
        "insert.mode": "insert",
        "primary.key.mode": "none",
        "delete.enabled": False,
        "truncate.enabled": False,
        "errors.tolerance": "none",
    },
}
"""What connectors do where nobody says otherwise."""

_OUTBOX: Settings = {"exactly.once.support": "required", "errors.tolerance": "none"}
FEED_TEMPLATES: dict[str, Settings] = {
    "debezium": {"exactly.once.support": "required", "snapshot.mode": "initial"},
    "jdbc": {
        "exactly.once.support": "required",
        "mode": "timestamp+incrementing",
        "timestamp.delay.interval.ms": 1000,
    },
    "binlog": {
        **_OUTBOX,
        "snapshot.mode": "initial",
        "skipped.operations": "t",
        "tombstones.on.delete": True,
    },
    "polling": {**_OUTBOX, "mode": "timestamp+incrementing", "timestamp.delay.interval.ms": 0},
    # Of someone's own program no setting is known: it is taken to be right.
    "program": {**_OUTBOX, "snapshot.mode": "initial"},
}
"""What the harness's templates say, and its Python feeds do by themselves."""

_CONSUMED: Settings = {"auto.offset.reset": "earliest", "isolation.level": "read_committed"}
_APPLIED: Settings = {
    **_CONSUMED,
    "versioned": True,
    "enable.auto.commit": False,
    "enable.auto.offset.store": True,
}
COPY_TEMPLATES: dict[str, Settings] = {
    "jdbc": {
        **_CONSUMED,
        "insert.mode": "upsert",
        "primary.key.mode": "record_key",
        "delete.enabled": True,
    },
    "table": _APPLIED,
    "redis": {**_APPLIED, "tombstones": True, "rebuild": True, "ttl_s": 0},
    "program": _APPLIED,
}
CACHE_DEFAULTS: Settings = {"versioned": True, "invalidate": "after-commit", "ttl_s": 0}
OVERRIDES = ("consumer.override.", "producer.override.")
"""Before the name of a setting of the client that Connect runs for a connector."""


def feed_settings(feed: Feed) -> Settings:
    """What `feed` runs with."""
    alone = FEEDS_BY_THEMSELVES.get(feed.kind, {})
    ours = FEED_TEMPLATES[feed.kind] if feed.connector is None else _plain(feed.connector)
    return {**alone, **ours, **_plain(feed.settings)}


def feed_sending(feed: Feed, topology: Topology) -> Sending:
    """How the producer of `feed` sends where it does not send exactly once."""
    given = feed_settings(feed)
    if feed.kind in CONNECTORS:
        return sending(connect(), {**_of_workers("producer.", topology), **given})
    plain: Settings = {"enable.idempotence": given["exactly.once.support"] == "required"}
    return sending(LIBRDKAFKA, {**plain, **given})


def copy_settings(copy: Copy, topology: Topology | None = None) -> Settings:
    """What `copy` runs with; the `topology` says what workers give the consumers of sinks."""
    alone = COPIES_BY_THEMSELVES.get(copy.kind, {})
    workers = _of_workers("consumer.", topology) if topology and alone else {}
    ours = COPY_TEMPLATES[copy.kind] if copy.connector is None else _plain(copy.connector)
    return {**alone, **workers, **ours, **_plain(copy.settings)}


def cache_settings(cache: Cache) -> Settings:
    """The settings of `cache`, laid over the harness's own."""
    return {**CACHE_DEFAULTS, **cache.settings}


def at_least_once(feed: Feed, topology: Topology) -> str | None:
    """The setting by which `feed` sends at least once; None when it sends exactly once."""
    settings = feed_settings(feed)
    support = str(settings["exactly.once.support"])
    if feed.kind in {"debezium", "jdbc"}:
        # Workers that support it run every source in transactions. `required` in a connector only
        # refuses to start where that would not do, as with a position that several rows share.
        workers = str(topology.connect_settings.get("exactly.once.source.support", "enabled"))
        if workers != "enabled":
            return f"exactly.once.source.support={workers} of the workers"
        if str(settings.get("mode", "incrementing")).endswith("incrementing"):
            return None
    return None if support == "required" else f"exactly.once.support={support}"


def takes_snapshot(feed: Feed) -> bool:
    """Whether `feed` shows the rows that are there before it follows changes."""
    mode = str(feed_settings(feed).get("snapshot.mode", "no_data"))
    return mode not in WITHOUT_SNAPSHOT


WITHOUT_SNAPSHOT = ("no_data", "schema_only", "never", "recovery", "schema_only_recovery")


def _plain(settings: Settings) -> Settings:
    found = {}
    for name, value in settings.items():
        for prefix in OVERRIDES:
            name = name.removeprefix(prefix)  # noqa: PLW2901 - the name without its prefix
        found[name] = value
    return found


def _of_workers(prefix: str, topology: Topology) -> Settings:
    """What the workers' settings say of the clients that they run for connectors."""
    return {
        name.removeprefix(prefix): value
        for name, value in topology.connect_settings.items()
        if name.startswith(prefix)
    }
