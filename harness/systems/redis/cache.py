"""Redis as a store: entries below one prefix."""

from collections.abc import Iterator
from contextlib import closing

import redis

from harness.model.ports.databases import RedisClient
from harness.model.ports.stack import Stack
from harness.model.rows import Rows
from harness.systems.redis import errors
from harness.systems.redis.entries import RedisEntries
from harness.systems.stores import CACHES


class RedisCache:
    """A `Cache`."""

    errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)

    def __init__(self, stack: Stack, prefix: str) -> None:
        self._stack = stack
        self._prefix = prefix

    def name_of(self, error: BaseException) -> str:
        """`redis:READONLY`."""
        return errors.name_of(error)

    def entries(
        self, *, versioned: bool, ttl_s: float = 0.0, marks: bool = True, rebuilt: bool = False
    ) -> RedisEntries:
        """Access for one user."""
        return RedisEntries(
            self._stack.redis.client(),
            self._prefix,
            versioned=versioned,
            ttl_s=ttl_s,
            marks=marks,
            rebuilt=rebuilt,
        )

    def reader(self) -> RedisEntries:
        """A reader's access, which asks nobody whether the cache is filled."""
        return self.entries(versioned=False)

    def rows(self, table: str) -> Rows:
        """Key and version of every entry that is not a mark, in order of key."""
        with closing(self._stack.redis.client()) as client:
            versions = {
                int(key.rpartition(":")[2]): client.execute_command("HGET", key, "version")
                for key in _keys(client, f"{self._prefix}{table}:")
            }
        return sorted((key, int(each)) for key, each in versions.items() if each is not None)

    def wiring(self, caller: str) -> dict[str, str]:
        """REDIS_HOST, _PORT and _KEY_PREFIX; Connect's workers have no link to it."""
        if caller != "client":
            return {}
        host, port = self._stack.address("redis", caller)
        return {
            "REDIS_HOST": host,
            "REDIS_PORT": str(port),
            "REDIS_KEY_PREFIX": self._prefix,
        }

    def drop(self) -> None:
        """Delete every key below the prefix."""
        with closing(self._stack.redis.client()) as client:
            for key in _keys(client, self._prefix):
                client.execute_command("DEL", key)


def _keys(client: RedisClient, prefix: str) -> Iterator[str]:
    cursor = "0"
    while True:
        scan = ("SCAN", cursor, "MATCH", f"{prefix}*", "COUNT", 1000)
        cursor, keys = client.execute_command(*scan)
        yield from keys
        if int(cursor) == 0:
            return


CACHES.add("redis", RedisCache)
