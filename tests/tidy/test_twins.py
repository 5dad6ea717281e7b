"""Twins: a known-bad scenario is its known-good one with settings worse, or it controls nothing."""

import sys
from collections.abc import Callable, Iterator

import msgspec
import pytest

from harness import api
from harness.engine.catalogue import scenarios as catalogue
from harness.engine.catalogue.scenario_modules import SHIPPED_PACKAGE
from harness.model.scenario import MixedWorkload, Scenario

Pair = tuple[Scenario, Scenario]
MAKERS = ("worse", "worse_path", "worse_cache")
NAMES = {"name", "about", "twin_of"}
SETTINGS = {
    *("workload.topics.settings", "workload.producers.settings", "workload.consumers.settings"),
    *("workload.processors.consumer", "workload.caches.settings"),
    *("workload.paths.feed.settings", "workload.paths.copies.settings"),
    *("topology.broker_settings", "topology.connect_settings", "topology.registry_settings"),
    *("topology.zookeeper_settings", "topology.postgres_settings"),
}
"""What is a setting by its own name."""
CHOICES = {
    "limits.settle_s": "how long the run waits, where nothing more can come",
    "topology.metadata": "ZooKeeper or KRaft",
    "workload.consumers.static": "whether members have ids of their own",
    "workload.paths.feed.compatibility": "what the registry asks of new schemas",
    "workload.tables.ddl": "how a table, and the publication of it, is declared",
    "workload.auto_restart": "whether somebody restarts a task that failed",
    "workload.processors.deduplicated": "how the application is written",
    "workload.processors.lanes": "how the application is written",
    "workload.processors.progress": "how the application is written",
    "workload.processors.versioned": "how the application is written",
    "workload.producers.belief": "how the application is written",
    "workload.producers.ending": "how the application is written",
    "workload.topics.partitions": "of a topic, whose keys the twin moves by adding some",
    "workload.topics.replicas": "the replication factor of a topic",
}
"""What a team chooses as it does a setting, with what it is."""


@pytest.fixture(scope="module")
def twins() -> list[Pair]:
    """Each pair that scenarios make by `worse...` or name by `twin_of`, or that is a control."""
    found: list[Pair] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in [each for each in sys.modules if each.startswith(SHIPPED_PACKAGE)]:
            patch.delitem(sys.modules, name)
        for name in MAKERS:
            patch.setattr(api, name, recording(getattr(api, name), found))
        every = catalogue.scenarios()
    found += [(each.good, each.bad) for each in catalogue.controls()]
    found += [(every[each.twin_of], each) for each in every.values() if each.twin_of]
    return found


def recording(make: Callable[..., Scenario], into: list[Pair]) -> Callable[..., Scenario]:
    """`make`, each of whose calls leaves its pair."""

    def made(scenario: Scenario, *arguments: object, **settings: object) -> Scenario:
        twin = make(scenario, *arguments, **settings)
        into.append((scenario, twin))
        return twin

    return made


def differences(one: object, other: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Where two values differ, as names of fields with points between them."""
    if type(one) is type(other) and isinstance(one, msgspec.Struct):
        for field in one.__struct_fields__:
            # Where a scenario mixes both kinds of traffic, a setting is the one that it is alone.
            inner = path if isinstance(one, MixedWorkload) else (*path, field)
            yield from differences(getattr(one, field), getattr(other, field), inner)
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for left, right in zip(one, other, strict=True):
            yield from differences(left, right, path)
    elif one != other:
        yield ".".join(path)


def test_all_pairs_are_found(twins: list[Pair]) -> None:
    assert len({bad.name for _, bad in twins}) > 60
    assert {"js-nodelete", "r-replay-nomark", "k-ack1-bad"} <= {bad.name for _, bad in twins}


def test_twins_have_the_same_claims_traffic_and_faults(twins: list[Pair]) -> None:
    allowed = NAMES | SETTINGS | set(CHOICES)
    beyond = {
        bad.name: sorted(set(differences(good, bad)) - allowed)
        for good, bad in twins
        if set(differences(good, bad)) - allowed
    }
    assert beyond == {}


def test_twins_differ(twins: list[Pair]) -> None:
    equal = [bad.name for good, bad in twins if set(differences(good, bad)) <= NAMES]
    assert equal == []


@pytest.mark.parametrize("field", ["claims", "steps", "aftermath_acks"])
def test_a_difference_in_anything_else_is_seen(field: str, twins: list[Pair]) -> None:
    good, bad = next((good, bad) for good, bad in twins if getattr(good, field))
    empty = {"claims": (), "steps": (), "aftermath_acks": 0}[field]
    changed = msgspec.structs.replace(bad, **{field: empty})
    assert field in set(differences(good, changed))
