"""A cache that the application keeps itself: what its writers and its readers do about it.

A writer deals with the cache before or after its commit, a reader fills it when it finds nothing.
Neither is one transaction with the source, and a cache that does not answer is passed over: an
application that failed its users for that would need no cache.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Literal

from harness.history.history import NOTHING
from harness.model.codec import convert
from harness.model.pipeline.traffic import Cache
from harness.model.ports.store import Cache as CacheStore
from harness.model.value import Value
from harness.workloads.pipeline.recording import Changed

log = logging.getLogger(__name__)


class AppCacheSettings(Value, frozen=True, kw_only=True):
    """How the application keeps its cache."""

    versioned: bool = True
    """Compare and set by order, so that nothing older replaces what is there."""
    invalidate: Literal["after-commit", "before-commit"] = "after-commit"
    """When a cache-aside writer removes the entries of what it writes.

    Before the commit it does not know the version that the source will give the row.
    """
    ttl_s: float = 0.0
    """How long an entry lives; 0 is for ever."""


class AppCache:
    """One user's access to a cache of the application.

    Raises:
        UsageError: a setting does not fit.
    """

    def __init__(self, cache: Cache, store: CacheStore) -> None:
        settings = app_cache_settings(cache)
        self._cache = cache
        self._early = settings.invalidate == "before-commit"
        self._entries = store.entries(versioned=settings.versioned, ttl_s=settings.ttl_s)
        self.errors = store.errors
        self.name_of = store.name_of

    def before_commit(self, changes: Iterable[Changed]) -> None:
        """What a writer does before it commits `changes`."""
        if self._early:
            for change in changes:
                self._try(self._drop, change)

    def after_commit(self, changes: Iterable[Changed]) -> None:
        """What a writer does once `changes` are committed."""
        if not self._early:
            for change in changes:
                self._try(self._tell, change)

    def doubt(self, changes: Iterable[Changed]) -> None:
        """What a writer does when it does not know whether `changes` are committed."""
        for change in changes:
            self._try(self._invalidate, change)

    def get(self, table: str, key: int) -> int:
        """The version that a reader finds, or NOTHING; raises one of `errors`."""
        return self._entries.version(table, key)

    def fill(self, table: str, key: int, version: int) -> None:
        """What a reader does that found nothing, and then `version` in the source."""
        if version != NOTHING:
            change = Changed(table=table, key=key, version=version, before=NOTHING, kind="update")
            self._try(self._put, change)

    def close(self) -> None:
        """Hang up."""
        self._entries.close()

    def _tell(self, change: Changed) -> None:
        if self._cache.kind == "cache-aside" or change.version == NOTHING:
            self._invalidate(change)
        else:
            self._put(change)

    def _put(self, change: Changed) -> None:
        self._entries.put(change.table, change.key, change.version)

    def _invalidate(self, change: Changed) -> None:
        if change.version == NOTHING:
            self._entries.remove(change.table, change.key, change.before)
        else:
            self._entries.announce(change.table, change.key, change.version)

    def _drop(self, change: Changed) -> None:
        self._entries.evict(change.table, change.key)

    def _try(self, act: Callable[[Changed], None], change: Changed) -> None:
        try:
            act(change)
        except self.errors as error:
            log.debug("row %d of %s is skipped: %s", change.key, change.table, error)


def app_cache_settings(cache: Cache) -> AppCacheSettings:
    """The settings of a cache.

    Raises:
        UsageError: a setting is unknown or does not fit.
    """
    return convert(cache.settings, AppCacheSettings, what=f"cache {cache.name}", strict=True)
