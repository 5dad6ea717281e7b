"""Caches: what readers are served, and what is still wrong when all is quiet."""

import pytest

from harness.api import (
    Cache,
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Race,
    Readers,
    Scenario,
    SourceTable,
    Step,
    Topology,
    Writers,
    after,
    service,
    worse_cache,
    worse_path,
)
from harness.plugin import RunScenario, nightly

from . import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

CLAIMS = ("convergence", "freshness", "source-durability")
ASIDE = "mysql → app/cache (cache-aside)"
THROUGH = "mysql → app/cache (write-through)"
FED = "python/topics → python/cache (redis)"
REDIS = service("redis")

# What an application keeps by itself needs no Kafka.
SMALL = Topology(brokers=0, mysql=True, redis=True)


def kept(
    name: str, about: str, cache: Cache, *steps: Step, races: tuple[Race, ...] = ()
) -> Scenario:
    """A cache that the application keeps, with races for rows of their own."""
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",), count=2, keys=16),),
        caches=(cache,),
        readers=(Readers(copy="cache", count=2, rate_per_s=100),),
        races=races,
    )
    return Scenario(
        name=name, about=about, claims=CLAIMS, topology=SMALL, workload=workload, steps=steps
    )


STALE_FILL = kept(
    "r-staleset",
    "A reader fills a cache with what it read before the writer's commit",
    Cache(kind="cache-aside", name="cache"),
    races=(Race(cache="cache", table="orders", kind="stale-fill"),),
)
STALE_FILL_BAD = worse_cache(
    STALE_FILL, "r-staleset-bad", "versioned=false: the last write wins", versioned=False
)

LATE_WRITE = kept(
    "r-writerace",
    "Of two writers the first to commit is the last at the cache",
    Cache(kind="write-through", name="cache"),
    races=(Race(cache="cache", table="orders", kind="late-write"),),
)
LATE_WRITE_BAD = worse_cache(
    LATE_WRITE, "r-writerace-bad", "versioned=false: the last write wins", versioned=False
)

EARLY_FILL = kept(
    "r-delfirst",
    "A reader fills a cache just before the writer commits",
    Cache(kind="cache-aside", name="cache"),
    races=(Race(cache="cache", table="orders", kind="early-fill"),),
)
EARLY_FILL_BAD = worse_cache(
    EARLY_FILL,
    "r-delfirst-bad",
    "invalidate=before-commit: the old row is filled in again before the new one is there",
    invalidate="before-commit",
)

# It lives for longer than the cut lasts; the half second is for a reader between source and cache.
MISSED = kept(
    "r-nottl",
    "Writers do not reach the cache for a moment, so that it misses what they changed",
    Cache(kind="cache-aside", name="cache", settings={"ttl_s": 5.0}, staleness_s=5.5),
    after(acks=100).cut_link(REDIS, caller="client"),
    after(acks=100).heal("cut-link"),
)
MISSED_BAD = worse_cache(
    MISSED, "r-nottl-bad", "ttl_s=0: what was missed is missed for ever", ttl_s=0
)


def fed(
    cache: Copy, feed: Feed, *copies: Copy, rows: int = 0, reads_per_s: float = 100
) -> PipelineWorkload:
    """Traffic on a cache that a path feeds, beside other copies; two readers of each of them."""
    fed_copies = (cache, *copies)
    mix = {"insert": 3, "update": 4, "delete": 3}
    return PipelineWorkload(
        tables=(SourceTable(name="orders", rows=rows),),
        writers=(Writers(tables=("orders",), count=2, keys=16, mix=mix),),
        paths=(Path(name="python", feed=feed, copies=fed_copies),),
        readers=tuple(
            Readers(copy=copy.name, count=2, rate_per_s=reads_per_s) for copy in fed_copies
        ),
    )


REPLAYED = Scenario(
    name="r-replay",
    about="The consumer that feeds a cache is given all events again",
    claims=(*CLAIMS, "capture"),
    topology=connect_path.FULL,
    # One partition: half-way through several, one may be done and the next not begun.
    workload=fed(
        Copy(kind="redis", name="cache", settings={"replay_after": 300}),
        Feed(kind="binlog", partitions=1),
    ),
    baseline_acks=400,
)
REPLAYED_BAD = worse_path(
    REPLAYED,
    "r-replay-bad",
    "versioned=false: rows go through their past once more",
    copies={"cache": {"versioned": False}},
)
FORGOTTEN = worse_path(
    REPLAYED,
    "r-replay-nomark",
    "tombstones=false: removed rows come back until they are removed once more",
    copies={"cache": {"tombstones": False}},
)

COLD = Scenario(
    name="r-cold",
    about="A Redis without persistence dies; only the change topics refill its cache",
    claims=("convergence", "source-durability"),
    topology=connect_path.FULL,
    workload=fed(
        Copy(kind="redis", name="cache"),
        Feed(kind="binlog", topic_settings={"cleanup.policy": "compact"}),
        rows=50,
    ),
    steps=(after(acks=100).kill(REDIS), after(acks=50).heal("kill")),
    aftermath_acks=50,
)
COLD_BAD = worse_path(
    COLD,
    "r-cold-bad",
    "rebuild=false: what is not written again is missing for ever",
    copies={"cache": {"rebuild": False}},
)

# On an idle machine readers see rows that are out of date for less than a second; one that is busy
# with other things as well holds up the Python workers between them and the source.
FRESH = Scenario(
    name="r-fresh",
    about="Readers of a fed cache are promised a bound while its Redis dies and is flushed",
    claims=(*CLAIMS, "capture"),
    topology=connect_path.FULL,
    workload=fed(
        Copy(kind="redis", name="cache", holds="cached", staleness_s=10.0),
        Feed(kind="binlog"),
        Copy(kind="table", name="table", staleness_s=10.0),
        rows=50,
        reads_per_s=25,
    ),
    steps=(
        after(acks=100, spread=0.5).flush(REDIS),
        after(acks=100).kill(REDIS),
        after(acks=50).heal("kill"),
    ),
    aftermath_acks=100,
)

SCENARIOS = (
    STALE_FILL,
    STALE_FILL_BAD,
    LATE_WRITE,
    LATE_WRITE_BAD,
    EARLY_FILL,
    EARLY_FILL_BAD,
    MISSED,
    MISSED_BAD,
    REPLAYED,
    REPLAYED_BAD,
    FORGOTTEN,
    COLD,
    COLD_BAD,
    FRESH,
)

HELD = [STALE_FILL, LATE_WRITE, EARLY_FILL, MISSED, *map(nightly, (REPLAYED, COLD, FRESH))]
BROKEN = [
    (STALE_FILL_BAD, "stale-row", ASIDE),
    (LATE_WRITE_BAD, "stale-row", THROUGH),
    (EARLY_FILL_BAD, "stale-row", ASIDE),
    (MISSED_BAD, "stale-row", ASIDE),
    nightly(REPLAYED_BAD, "nonmonotonic-sighting", FED),
    nightly(FORGOTTEN, "nonmonotonic-sighting", FED),
    nightly(COLD_BAD, "missing-row", FED),
]


@pytest.mark.parametrize("scenario", HELD, ids=lambda scenario: scenario.name)
def test_a_cache_shows_what_the_source_holds(scenario: Scenario, run_scenario: RunScenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "anomaly", "hop"), BROKEN, ids=lambda value: getattr(value, "name", "")
)
def test_one_setting_worse_and_the_hop_is_named(
    scenario: Scenario, anomaly: str, hop: str, run_scenario: RunScenario
) -> None:
    run_scenario(scenario).must_show(anomaly, hop=hop)
