"""Caches that the application keeps: who is to blame for their rows, what settings permit."""

import msgspec
import pytest

from harness.checkers.verdict.promises import permitted, promised
from harness.history.history import NOTHING
from harness.model.facts import Facts
from harness.model.pipeline.hops import hops
from harness.model.pipeline.traffic import Cache, Race, Readers
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Scalar
from harness.model.verdict import Validity
from tests.checkers.flows import SOURCE, SOURCE_HOP, Run, blamed, pipeline

PLACE = "app/kept"
HOP = f"{SOURCE} → {PLACE} (cache-aside)"
BOUNDED = Cache(kind="cache-aside", name="kept", settings={"ttl_s": 1}, staleness_s=1.0)


def caching(cache: Cache = BOUNDED) -> Scenario:
    """Writers and a cache that the application keeps: no path."""
    good = pipeline(copies=())
    workload = msgspec.structs.replace(
        good.pipeline, paths=(), caches=(cache,), readers=(Readers(copy=cache.name),)
    )
    return msgspec.structs.replace(good, workload=workload)


def of_cache(**settings: Scalar) -> Scenario:
    return caching(msgspec.structs.replace(BOUNDED, settings={"ttl_s": 1, **settings}))


def test_a_cache_of_the_application_is_one_hop_from_the_source() -> None:
    (hop,) = hops(caching().pipeline)
    assert (hop.name, hop.origin, hop.target) == (HOP, SOURCE, PLACE)


@pytest.mark.parametrize("bad", [True, False])
def test_an_old_row_is_the_applications_fault_and_a_missing_one_is_nobodys(bad: bool) -> None:  # noqa: FBT001 - pytest's
    run = Run()
    old, _, gone = run.put(1), run.put(1), run.put(2)
    run.put(3)
    run.drop(2)
    run.flow.read("reader", PLACE, ("orders", 3), NOTHING)
    run.flow.rows(SOURCE, run.flow.state())
    rows = {("orders", 1): old, ("orders", 2): gone}
    run.flow.rows(PLACE, rows if bad else {("orders", 2): NOTHING})
    verdict = run.verdict(caching())
    assert blamed(verdict) == ({"resurrected-row": {HOP: 1}, "stale-row": {HOP: 1}} if bad else {})
    assert verdict.validity is (Validity.INVALID if bad else Validity.VALID)
    cached = {each.hop: each for each in verdict.hops}[HOP]
    assert (cached.expected, cached.delivered, cached.stale) == (2, 0, 2 if bad else 0)


def test_what_the_source_gave_up_is_not_the_applications_fault() -> None:
    run = Run()
    old = run.put(1)
    new = run.put(1)
    run.flow.rows(SOURCE, {("orders", 1): old})
    run.flow.rows(PLACE, {("orders", 1): new})
    found = blamed(run.verdict(caching()))
    assert found["foreign-row"] == {SOURCE_HOP: 1}


def test_a_reader_is_held_to_the_bound_of_its_cache() -> None:
    run = Run()
    old = run.put(1)
    run.put(1)
    acknowledged_ns = run.flow.build.now_ns
    for late_ns in (1_000_000_000, 1_000_000_001):
        row = ("orders", 1)
        run.flow.read("reader", PLACE, row, old, invoke_ns=acknowledged_ns + late_ns)
    run.flow.rows(SOURCE, run.flow.state())
    assert blamed(run.verdict(caching())) == {"stale-beyond-bound": {HOP: 1}}


def test_a_cache_that_was_not_read_leaves_the_run_unknown() -> None:
    run = Run()
    run.put(1)
    run.flow.rows(SOURCE, run.flow.state())
    verdict = run.verdict(caching(), Facts(drained=(SOURCE,)))
    assert verdict.unknowns == (f"the final read of {PLACE} is not complete",)


def test_brokers_that_are_not_there_permit_nothing() -> None:
    alone = msgspec.structs.replace(
        of_cache(versioned=False), topology=Topology(brokers=0, mysql=True, redis=True)
    )
    (reason,) = permitted(alone, {"stale-row": (HOP,)})["stale-row"]
    assert reason.startswith("versioned=false")


def test_writes_of_a_race_are_writes() -> None:
    run = Run()
    op = run.flow.write("race", ("orders", 1))
    assert op == 0
    run.flow.rows(SOURCE, {})
    scenario = caching()
    assert blamed(run.verdict(scenario)) == {"lost-change": {SOURCE_HOP: 1}}
    race = Race(name="writer", cache="kept", table="orders", kind="stale-fill")
    without = msgspec.structs.replace(scenario.pipeline, writers=())
    assert blamed(run.verdict(msgspec.structs.replace(scenario, workload=without))) == {}
    raced = msgspec.structs.replace(without, races=(race,))
    found = blamed(run.verdict(msgspec.structs.replace(scenario, workload=raced)))
    assert found == {"lost-change": {SOURCE_HOP: 1}}


def test_a_bounded_versioned_cache_promises_everything_that_is_there() -> None:
    assert promised(caching()) == ("convergence", "freshness", "source-durability")


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({"versioned": False}, {"stale-row", "resurrected-row", "nonmonotonic-sighting"}),
        ({"invalidate": "before-commit"}, {"stale-row", "resurrected-row"}),
        ({"ttl_s": 0}, {"stale-row", "resurrected-row", "stale-beyond-bound"}),
        ({"ttl_s": 5}, {"stale-beyond-bound"}),
    ],
)
def test_settings_permit(settings: dict[str, Scalar], kinds: set[str]) -> None:
    allowed = permitted(of_cache(**settings), dict.fromkeys(kinds, (HOP,)))
    assert kinds <= set(allowed)
    (name,) = settings
    assert all(any(reason.startswith(name) for reason in allowed[kind]) for kind in kinds)


def test_a_setting_of_a_cache_excuses_no_other_hop() -> None:
    scenario = of_cache(versioned=False)
    assert "stale-row" not in permitted(scenario, {"stale-row": ("elsewhere",)})
