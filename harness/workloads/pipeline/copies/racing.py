"""Races for rows of an application's cache: the steps of two users in the one order that hurts.

One worker takes the steps of both, by the same code as every writer and reader: so the order is
never left to chance, and nobody has to wait for another.
"""

from collections.abc import Callable

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S
from harness.model.pipeline.hops import cache_place
from harness.model.pipeline.traffic import Cache, Race
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Session
from harness.workloads.pipeline.copies.app_cache import AppCache
from harness.workloads.pipeline.reading import ReadThrough
from harness.workloads.pipeline.recording import Changed, Recorder, SightRecorder
from harness.workloads.pipeline.systems import Systems

RACE_KEYS = 1 << 28
"""Rows with keys from here on are raced for."""
KEYS_PER_RACE = 1 << 20
RETRY_S = 0.2
OVER_S = 0.2


class RaceWorker:
    """Runs one race after the other, each for a row of its own, until all are run.

    A race that an error ends is run again, for another row.

    Args:
        number: which of the workload's races it is, from 0.
    """

    def __init__(
        self,
        race: Race,
        number: int,
        cache: Cache,
        systems: Systems,
        *,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.name = race.name
        self._race = race
        self._clock = clock
        self._source = systems.source
        self._errors = systems.errors
        self._writes = Recorder(journal, clock, f"{race.name}-writer", "writer", race.name)
        self._sights = SightRecorder(journal, clock, f"{race.name}-reader", cache_place(cache))
        store = systems.cache(cache)
        self._cache = AppCache(cache, store)
        self._rows = systems.source.reader()
        self._view = ReadThrough(AppCache(cache, store), self._rows)
        self._session: Session | None = None
        self._key = RACE_KEYS + number * KEYS_PER_RACE
        self._run = 0
        self._due_ns = 0

    @property
    def missing(self) -> int:
        """How many races are still to be run."""
        return self._race.rows - self._run

    def step(self) -> float:
        """One race, when the rate allows one."""
        now = self._clock.now_ns()
        if not self.missing:
            return OVER_S
        if now < self._due_ns:
            return (self._due_ns - now) / NS_PER_S
        self._due_ns = now + int(NS_PER_S / self._race.rate_per_s)
        self._key += 1
        try:
            ORDERS[self._race.kind](self)
            self._look()
        except self._errors:
            self._hang_up()
            return RETRY_S
        self._run += 1
        return 0.0

    def close(self) -> None:
        """Hang up, and write down what was seen."""
        self._hang_up()
        self._cache.close()
        self._view.close()
        self._sights.flush()

    # The orders

    def stale_fill(self) -> None:
        """The reader has read the source when the writer writes, and fills when it is done."""
        old = self._begin(NOTHING)
        self._commit(old)
        self._cache.after_commit([old])
        self._cache.get(old.table, old.key)
        read = self._rows.version(old.table, old.key)
        new = self._begin(old.version)
        self._commit(new)
        self._cache.after_commit([new])
        self._cache.fill(old.table, old.key, read)

    def late_write(self) -> None:
        """The first writer has committed when the second does, and is the last at the cache."""
        old = self._begin(NOTHING)
        self._commit(old)
        new = self._begin(old.version)
        self._commit(new)
        self._cache.after_commit([new])
        self._cache.after_commit([old])

    def early_fill(self) -> None:
        """The reader reads and fills when the writer has done what it does before its commit."""
        old = self._begin(NOTHING)
        self._commit(old)
        self._cache.after_commit([old])
        new = self._begin(old.version)
        self._view.version(old.table, old.key)
        self._commit(new)
        self._cache.after_commit([new])

    # The steps

    def _begin(self, before: int) -> Changed:
        version = self._writes.number()
        kind = "insert" if before == NOTHING else "update"
        row = Changed(
            table=self._race.table, key=self._key, version=version, before=before, kind=kind
        )
        self._writes.write(version, [row])
        self._cache.before_commit([row])
        return row

    def _commit(self, row: Changed) -> None:
        committing = False
        try:
            if self._session is None:
                self._session = self._source.session()
            self._session.upsert(row.table, row.key, row.version)
            committing = True
            self._session.commit()
        except self._source.errors as error:
            outcome = self._source.outcome_of(error, committing=committing)
            self._writes.complete(row.version, outcome, self._source.name_of(error))
            raise
        self._writes.complete(row.version, "ok")

    def _look(self) -> None:
        began_ns = self._clock.now_ns()
        version = self._view.version(self._race.table, self._key)
        self._sights.saw(self._race.table, self._key, version, began_ns)

    def _hang_up(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


ORDERS: dict[str, Callable[[RaceWorker], None]] = {
    "stale-fill": RaceWorker.stale_fill,
    "late-write": RaceWorker.late_write,
    "early-fill": RaceWorker.early_fill,
}


def race_workers(
    workload: PipelineWorkload, systems: Systems, *, journal: Journal, clock: Clock
) -> list[RaceWorker]:
    """The workers of all races; the caches and tables are there."""
    caches = {cache.name: cache for cache in workload.caches}
    return [
        RaceWorker(race, number, caches[race.cache], systems, journal=journal, clock=clock)
        for number, race in enumerate(workload.races)
    ]
