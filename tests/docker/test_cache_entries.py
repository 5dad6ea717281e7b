"""Entries of caches on a real Redis, in a stack that has nothing else: what replaces what."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from harness.backends.docker.stack import DockerStack
from harness.history.history import NOTHING
from harness.model.topology import Topology
from harness.systems.redis.cache import RedisCache
from harness.systems.redis.entries import RedisEntries
from tests.docker.conftest import booted

pytestmark = pytest.mark.docker

PREFIX = "run:app/cache:"
ROW = ("orders", 7)
ENTRY = f"{PREFIX}orders:7"


@pytest.fixture(scope="module")
def small() -> Iterator[DockerStack]:
    yield from booted(Topology(brokers=0, redis=True))


@pytest.fixture
def stack(small: DockerStack) -> DockerStack:
    small.redis.flush("redis")
    return small


def cache(
    stack: DockerStack,
    *,
    versioned: bool = True,
    marks: bool = True,
    ttl_s: float = 0.0,
    rebuilt: bool = False,
) -> RedisEntries:
    store = RedisCache(stack, PREFIX)
    return store.entries(versioned=versioned, marks=marks, ttl_s=ttl_s, rebuilt=rebuilt)


def test_a_stack_without_kafka_is_whole(small: DockerStack) -> None:
    assert sorted(small.services.names) == ["redis", "toxiproxy"]
    assert small.unhealthy() is None


@pytest.mark.parametrize(("versioned", "shown"), [(True, 6), (False, 4)])
def test_what_comes_late_replaces_nothing_that_is_versioned(
    stack: DockerStack,
    versioned: bool,  # noqa: FBT001 - pytest's
    shown: int,
) -> None:
    with closing(cache(stack, versioned=versioned)) as kept:
        kept.put(*ROW, 6)
        kept.put(*ROW, 4)
        assert kept.version(*ROW) == shown
        kept.put(*ROW, 8)
        assert kept.version(*ROW) == 8


@pytest.mark.parametrize(("marks", "shown"), [(True, NOTHING), (False, 4)])
def test_a_mark_keeps_a_removed_row_from_coming_back(
    stack: DockerStack,
    marks: bool,  # noqa: FBT001 - pytest's
    shown: int,
) -> None:
    with closing(cache(stack, marks=marks)) as kept:
        kept.put(*ROW, 4)
        kept.remove(*ROW, 4)
        assert kept.version(*ROW) == NOTHING
        kept.put(*ROW, 4)
        assert kept.version(*ROW) == shown
        kept.put(*ROW, 6)
        assert kept.version(*ROW) == 6


def test_an_announced_version_is_let_in_and_an_older_one_is_not(stack: DockerStack) -> None:
    with closing(cache(stack)) as kept:
        kept.put(*ROW, 4)
        kept.announce(*ROW, 6)
        kept.put(*ROW, 4)
        assert kept.version(*ROW) == NOTHING
        kept.put(*ROW, 6)
        assert kept.version(*ROW) == 6


def test_a_removal_of_no_known_order_leaves_the_way_free(stack: DockerStack) -> None:
    with closing(cache(stack)) as kept:
        kept.put(*ROW, 6)
        kept.evict(*ROW)
        kept.put(*ROW, 4)
        assert kept.version(*ROW) == 4


@pytest.mark.parametrize("versioned", [True, False])
def test_entries_and_marks_live_as_long_as_they_are_given(
    stack: DockerStack,
    versioned: bool,  # noqa: FBT001 - pytest's
) -> None:
    client = stack.redis.client()
    with closing(client), closing(cache(stack, versioned=versioned, ttl_s=100.0)) as kept:
        kept.put(*ROW, 4)
        assert 0 < client.execute_command("PTTL", ENTRY) <= 100_000
        kept.remove(*ROW, 4)
        assert client.execute_command("PTTL", ENTRY) in (range(100_001) if versioned else (-2,))


def test_a_cache_shows_nothing_before_it_is_filled_and_after_it_was_emptied(
    stack: DockerStack,
) -> None:
    with closing(cache(stack, rebuilt=True)) as kept:
        assert kept.is_lost
        kept.begin()
        kept.put(*ROW, 4)
        assert kept.version(*ROW) == NOTHING
        kept.end()
        assert (kept.version(*ROW), kept.is_lost) == (4, False)
        stack.redis.flush("redis")
        kept.put(*ROW, 4)
        kept.end()
        assert (kept.version(*ROW), kept.is_lost) == (NOTHING, True)


def test_what_is_found_in_the_end_are_rows_and_what_is_forgotten_is_all(
    stack: DockerStack,
) -> None:
    with closing(cache(stack, rebuilt=True)) as kept:
        kept.begin()
        kept.put(*ROW, 6)
        kept.put("orders", 5, 4)
        kept.remove("orders", 9, 2)
    store = RedisCache(stack, PREFIX)
    assert store.rows("orders") == [(5, 4), (7, 6)]
    store.drop()
    assert stack.redis.flush("redis") == (0, 0)
