"""Entries of a cache in Redis: `version` of a row, and `order`, which says what may replace it.

A row's versions grow, as one writer numbers them all; so `order` is twice the version, a removal
stands right after what it removed, and the announcement of a version right before it.
"""

from collections.abc import Iterator
from contextlib import closing

from harness.history.history import NOTHING
from harness.model.ports.stack import RedisClient, Stack

# KEYS: entry. ARGV: order, version (empty for a removal), milliseconds to live (0: for ever),
# whether a removal leaves a mark. Answers 1 when applied.
APPLY_VERSIONED = """
local held = redis.call('HGET', KEYS[1], 'order')
if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] == '' and ARGV[4] == '0' then return 1 end
redis.call('HSET', KEYS[1], 'order', ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'version', ARGV[2]) end
if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
"""
# KEYS: entry. ARGV: version, milliseconds to live (0: for ever).
APPLY = """
redis.call('HSET', KEYS[1], 'version', ARGV[1])
if ARGV[2] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
"""
# KEYS: entry, what says whether the cache is filled. ARGV: what it says then.
GET_IF_FILLED = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return nil end
return redis.call('HGET', KEYS[1], 'version')
"""
FILLED = "filled"


class Entries:
    """Applies what became of rows to the entries of one cache.

    Args:
        client: of the server.
        versioned: compare and set by order, atomically in the server; otherwise whoever comes last
            wins, as in many caches.
        ttl_s: how long an entry, or a mark, lives; 0 is for ever.
        marks: a removal leaves a mark of its order, so that what comes late cannot undo it.
        state: the key that says whether the cache is filled; None where it need not be.
    """

    def __init__(
        self,
        client: RedisClient,
        *,
        versioned: bool,
        ttl_s: float = 0.0,
        marks: bool = True,
        state: str | None = None,
    ) -> None:
        self._client = client
        self._state = state
        self._versioned = versioned
        self._ttl_ms = round(ttl_s * 1000)
        self._marks = int(marks)

    def get(self, entry: str) -> int:
        """The version that an entry shows; NOTHING for none, and for a mark.

        Of a cache that is not filled it is NOTHING: what was filled in so far may be old.
        """
        ask: tuple[str | int, ...] = ("HGET", entry, "version")
        if self._state is not None:
            ask = ("EVAL", GET_IF_FILLED, 2, entry, self._state, FILLED)
        version = self._client.execute_command(*ask)
        return NOTHING if version is None else int(version)

    def put(self, entry: str, version: int) -> None:
        """Show `version`."""
        if self._versioned:
            self._apply(entry, order_of(version, NOTHING), version)
        else:
            self._client.execute_command("EVAL", APPLY, 1, entry, version, self._ttl_ms)

    def remove(self, entry: str, order: int | None) -> None:
        """Show nothing any more.

        Args:
            entry: its key.
            order: of the removal; None where nobody knows it, and then it leaves no mark.
        """
        if self._versioned and order is not None:
            self._apply(entry, order, "")
        else:
            self._client.execute_command("DEL", entry)

    @property
    def is_lost(self) -> bool:
        """Whether the cache was emptied since it was begun, or never was begun."""
        return int(self._client.execute_command("EXISTS", self._state)) == 0

    def begin(self) -> None:
        """Fill the cache from now on."""
        self._client.execute_command("SET", self._state, "filling")

    def end(self) -> None:
        """The cache is filled, unless it was emptied meanwhile."""
        self._client.execute_command("SET", self._state, FILLED, "XX")

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _apply(self, entry: str, order: int, version: int | str) -> None:
        arguments = (order, version, self._ttl_ms, self._marks)
        self._client.execute_command("EVAL", APPLY_VERSIONED, 1, entry, *arguments)


def order_of(version: int, before: int) -> int:
    """The order of a row's `version`, or of its removal, which ended `before`."""
    return 2 * before + 1 if version == NOTHING else 2 * version


def order_before(version: int) -> int:
    """The order that lets `version` in and nothing that is older."""
    return 2 * version - 1


def found(stack: Stack, prefix: str) -> list[tuple[int, int]]:
    """Key and version of every entry below `prefix` that is not a mark, in order of key."""
    with closing(stack.redis.client()) as client:
        versions = {
            int(key.rpartition(":")[2]): client.execute_command("HGET", key, "version")
            for key in _keys(client, prefix)
        }
    return sorted((key, int(each)) for key, each in versions.items() if each is not None)


def forget(stack: Stack, prefix: str) -> None:
    """Delete every key below `prefix`."""
    with closing(stack.redis.client()) as client:
        for key in _keys(client, prefix):
            client.execute_command("DEL", key)


def _keys(client: RedisClient, prefix: str) -> Iterator[str]:
    cursor = "0"
    while True:
        scan = ("SCAN", cursor, "MATCH", f"{prefix}*", "COUNT", 1000)
        cursor, keys = client.execute_command(*scan)
        yield from keys
        if int(cursor) == 0:
            return
