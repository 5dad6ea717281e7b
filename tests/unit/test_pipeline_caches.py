"""Caches that the application keeps, without containers: what its users ask of Redis, and when."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import redis

from harness.history.history import NOTHING
from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import Cache, SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.systems.redis.cache import RedisCache
from harness.systems.redis.entries import order_before, order_of
from harness.workloads.pipeline.choices import first_key
from harness.workloads.pipeline.copies.app_cache import AppCache
from harness.workloads.pipeline.copies.replaying import WATCHED_READS, Replay
from harness.workloads.pipeline.reading import written_rows
from harness.workloads.pipeline.recording import Changed

ENTRY = "run:app/kept:orders:7"


class Told:
    """A Redis client that notes what it is told, and answers nothing or an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.commands: list[tuple[Any, ...]] = []
        self._error = error

    def execute_command(self, *command: Any) -> Any:
        self.commands.append(tuple(part for part in command if not str(part).startswith("\n")))
        if self._error:
            raise self._error

    def close(self) -> None:
        """Nothing to hang up."""


def keeping(kind: str, told: Told, **settings: Any) -> AppCache:
    cache = Cache(kind=kind, name="kept", settings=cast("Settings", settings))  # type: ignore[arg-type]  # from a table
    clients = SimpleNamespace(client=lambda: told)
    stack = cast("Stack", SimpleNamespace(redis=clients))
    return AppCache(cache, RedisCache(stack, "run:app/kept:"))


def row(version: int, before: int = NOTHING) -> Changed:
    return Changed(table="orders", key=7, version=version, before=before, kind="update")


def test_versions_removals_and_announcements_have_one_order() -> None:
    orders = [order_of(4, NOTHING), order_of(NOTHING, 4), order_before(6), order_of(6, NOTHING)]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize(
    ("kind", "settings", "before", "after"),
    [
        ("cache-aside", {}, [], [("EVAL", 1, ENTRY, 11, "", 0, 1)]),
        ("cache-aside", {"versioned": False}, [], [("DEL", ENTRY)]),
        ("cache-aside", {"invalidate": "before-commit"}, [("DEL", ENTRY)], []),
        ("write-through", {"ttl_s": 1.5}, [], [("EVAL", 1, ENTRY, 12, 6, 1500, 1)]),
        ("write-through", {"versioned": False}, [], [("EVAL", 1, ENTRY, 6, 0)]),
    ],
)
def test_a_writer_deals_with_the_cache_at_its_moment(
    kind: str, settings: dict[str, object], before: list[object], after: list[object]
) -> None:
    told = Told()
    cache = keeping(kind, told, **settings)
    cache.before_commit([row(6, before=4)])
    assert told.commands == before
    cache.after_commit([row(6, before=4)])
    assert told.commands[len(before) :] == after


@pytest.mark.parametrize("kind", ["cache-aside", "write-through"])
def test_what_is_removed_and_what_is_in_doubt_is_shown_by_neither_kind(kind: str) -> None:
    told = Told()
    cache = keeping(kind, told)
    cache.after_commit([row(NOTHING, before=4)])
    cache.doubt([row(6, before=4)])
    assert told.commands == [("EVAL", 1, ENTRY, 9, "", 0, 1), ("EVAL", 1, ENTRY, 11, "", 0, 1)]


def test_a_reader_fills_what_it_found_and_nothing_else() -> None:
    told = Told()
    cache = keeping("cache-aside", told)
    assert cache.get("orders", 7) == NOTHING
    cache.fill("orders", 7, NOTHING)
    cache.fill("orders", 7, 4)
    assert told.commands == [("HGET", ENTRY, "version"), ("EVAL", 1, ENTRY, 8, 4, 0, 1)]


def test_a_cache_that_does_not_answer_stops_no_writer() -> None:
    told = Told(redis.ConnectionError("gone"))
    cache = keeping("cache-aside", told)
    cache.after_commit([row(6), row(NOTHING, before=4)])
    assert len(told.commands) == 2
    with pytest.raises(redis.ConnectionError):
        cache.get("orders", 7)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cache kept: .*`speed`"):
        keeping("cache-aside", Told(), speed=9)


def test_readers_read_the_rows_of_every_writer() -> None:
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"), SourceTable(name="items")),
        writers=(Writers(tables=("orders",), count=2, keys=1), Writers(tables=("items",), keys=2)),
    )
    first, second = first_key(0), first_key(1)
    assert written_rows(workload) == [
        ("orders", first),
        ("orders", second),
        ("items", first),
        ("items", first + 1),
    ]


def test_a_replay_begins_once_and_waits_half_way_until_readers_have_looked() -> None:
    reads = 7
    replay = Replay(4, lambda: reads)
    begun = []
    for _ in range(4):
        assert not replay.waits()
        replay.applied()
        begun.append(replay.begins())
    assert begun == [False, False, False, True]
    replay.applied()
    assert not replay.waits()
    replay.applied()
    assert replay.waits()
    reads += WATCHED_READS - 1
    assert replay.waits()
    reads += 1
    assert not replay.waits()
    for _ in range(8):
        replay.applied()
        assert (replay.begins(), replay.waits()) == (False, False)


def test_without_a_replay_nobody_waits() -> None:
    replay = Replay(0, lambda: 0)
    for _ in range(3):
        assert (replay.begins(), replay.waits()) == (False, False)
        replay.applied()
