"""The systems that a run's pipeline consists of: its source, the stores of copies and caches."""

from harness.model.pipeline.hops import cache_place, copy_place
from harness.model.pipeline.paths import Copy, Path
from harness.model.pipeline.traffic import Cache
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Source
from harness.model.ports.stack import Stack
from harness.model.ports.store import Cache as CacheStore
from harness.model.ports.store import Store, Tables
from harness.workloads.pipeline.naming import Naming


class Systems:
    """Makes them for the namespaces of one run."""

    def __init__(self, workload: PipelineWorkload, naming: Naming, stack: Stack) -> None:
        self._workload = workload
        self._naming = naming
        self._stack = stack
        self.source: Source = stack.source(workload.source, naming.source)

    def tables(self, path: Path, copy: Copy) -> Tables:
        """Where a copy in tables is."""
        name = copy.database or self._workload.source
        return self._stack.tables(name, self._naming.copies(path, copy))

    def entries(self, path: Path, copy: Copy) -> CacheStore:
        """Where a copy in a cache is."""
        assert copy.cache is not None  # noqa: S101 - the caller has looked
        return self._stack.cache(copy.cache, self._naming.entries(copy_place(path, copy)))

    def copy(self, path: Path, copy: Copy) -> Store:
        """Where a copy is."""
        return self.entries(path, copy) if copy.cache else self.tables(path, copy)

    def cache(self, cache: Cache) -> CacheStore:
        """Where a cache of the application is."""
        return self._stack.cache(cache.system, self._naming.entries(cache_place(cache)))

    @property
    def stores(self) -> tuple[Store, ...]:
        """Of all copies and caches."""
        workload = self._workload
        copies = (self.copy(path, copy) for path in workload.paths for copy in path.copies)
        return (*copies, *map(self.cache, workload.caches))

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What the clients of any of them raise."""
        stores = (error for store in self.stores for error in store.errors)
        return tuple(dict.fromkeys((*self.source.errors, *stores)))

    def name_of(self, error: Exception) -> str:
        """What a history calls one of `errors`; one that any client may raise is the source's."""
        for store in self.stores:
            if not isinstance(error, OSError) and isinstance(error, store.errors):
                return store.name_of(error)
        return self.source.name_of(error)
