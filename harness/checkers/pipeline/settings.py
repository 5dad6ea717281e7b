"""The harness's own settings of feeds and copies, as far as a promise depends on them.

They are what its templates say; what a connector does by itself differs (Debezium's sink inserts
and never deletes, Connect's source producer is not idempotent).
"""

from harness.model.pipeline import Cache, Copy, Feed
from harness.model.topology import Topology
from harness.model.value import Scalar, Settings

_LOGGED: Settings = {
    "exactly.once.support": "required",
    "snapshot.mode": "initial",
    "errors.tolerance": "none",
}
_POLLED: Settings = {
    "exactly.once.support": "required",
    "mode": "timestamp+incrementing",
    "timestamp.delay.interval.ms": 0,
    "errors.tolerance": "none",
}
FEED_DEFAULTS: dict[str, Settings] = {
    "debezium": {
        **_LOGGED,
        "tombstones.on.delete": True,
        "skipped.operations": "t",
        "event.processing.failure.handling.mode": "fail",
    },
    "binlog": _LOGGED,
    "jdbc": {**_POLLED, "timestamp.delay.interval.ms": 1000},
    "polling": _POLLED,
    "program": _LOGGED,  # of someone's own program no setting is known: it is taken to be right
}

_CONSUMED: Settings = {
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
}
_APPLIED: Settings = {**_CONSUMED, "versioned": True, "enable.auto.offset.store": False}
COPY_DEFAULTS: dict[str, Settings] = {
    "jdbc": {
        **_CONSUMED,
        "insert.mode": "upsert",
        "primary.key.mode": "record_key",
        "delete.enabled": True,
        "errors.tolerance": "none",
    },
    "table": _APPLIED,
    "redis": {
        **_APPLIED,
        "maxmemory-policy": "noeviction",
        "tombstones": True,
        "rebuild": True,
        "ttl_s": 0,
    },
    "program": _APPLIED,
}
FEEDS_BY_THEMSELVES: dict[str, Settings] = {
    "debezium": {**FEED_DEFAULTS["debezium"], "exactly.once.support": "requested"},
    "jdbc": {**FEED_DEFAULTS["jdbc"], "exactly.once.support": "requested", "mode": "bulk"},
}
COPIES_BY_THEMSELVES: dict[str, Settings] = {
    "jdbc": {
        **COPY_DEFAULTS["jdbc"],
        "isolation.level": "read_uncommitted",
        "insert.mode": "insert",
        "primary.key.mode": "none",
        "delete.enabled": False,
    },
}
"""What connectors do where someone's own configuration says nothing."""
CACHE_DEFAULTS: Settings = {"versioned": True, "invalidate": "after-commit", "ttl_s": 0}
OVERRIDES = ("consumer.override.", "producer.override.")
"""Before the name of a setting of the client that Connect runs for a connector."""


def feed_settings(feed: Feed) -> Settings:
    """The settings of `feed`, laid over the harness's own."""
    if feed.connector is None:
        return {**FEED_DEFAULTS[feed.kind], **_plain(feed.settings)}
    return {**FEEDS_BY_THEMSELVES[feed.kind], **_plain({**feed.connector, **feed.settings})}


def copy_settings(copy: Copy) -> Settings:
    """The settings of `copy`, laid over the harness's own."""
    if copy.connector is None:
        return {**COPY_DEFAULTS[copy.kind], **_plain(copy.settings)}
    return {**COPIES_BY_THEMSELVES[copy.kind], **_plain({**copy.connector, **copy.settings})}


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


def is_on(value: Scalar) -> bool:
    """Whether a setting says yes, in Python's or in Kafka's spelling."""
    return str(value).lower() in {"true", "1"}


def _plain(settings: Settings) -> Settings:
    found = {}
    for name, value in settings.items():
        for prefix in OVERRIDES:
            name = name.removeprefix(prefix)  # noqa: PLW2901 - the name without its prefix
        found[name] = value
    return found
