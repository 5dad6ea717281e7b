"""Entries of a cache in Redis: `version` of a row, and `order`, which says what may replace it.

A row's versions grow, as one writer numbers them all; so `order` is twice the version, a removal
stands right after what it removed, and the announcement of a version right before it.
"""

from harness.history.history import NOTHING
from harness.model.ports.databases import RedisClient
from harness.model.rows import Rows

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


class RedisEntries:
    """One user's access: see `harness.model.ports.store.Entries`.

    Args:
        client: of the server.
        prefix: what the keys of the cache begin with; the entry of a row is PREFIX + table:id.
        versioned: compare and set by order, atomically in the server; otherwise whoever comes last
            wins, as in many caches.
        ttl_s: how long an entry, or a mark, lives; 0 is for ever.
        marks: a removal leaves a mark of its order, so that what comes late cannot undo it.
        rebuilt: a key of its own says whether the cache is filled.
    """

    def __init__(
        self,
        client: RedisClient,
        prefix: str,
        *,
        versioned: bool,
        ttl_s: float = 0.0,
        marks: bool = True,
        rebuilt: bool = False,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._state = f"{prefix}state"
        self._rebuilt = rebuilt
        self._versioned = versioned
        self._ttl_ms = round(ttl_s * 1000)
        self._marks = int(marks)

    def version(self, table: str, key: int) -> int:
        """The version that an entry shows; NOTHING for none, and for a mark.

        Of a cache that is not filled it is NOTHING: what was filled in so far may be old.
        """
        entry = self._entry(table, key)
        ask: tuple[str | int, ...] = ("HGET", entry, "version")
        if self._rebuilt:
            ask = ("EVAL", GET_IF_FILLED, 2, entry, self._state, FILLED)
        version = self._client.execute_command(*ask)
        return NOTHING if version is None else int(version)

    def between(self, table: str, first: int, last: int) -> Rows:
        """Nobody follows a cache."""
        raise NotImplementedError

    def put(self, table: str, key: int, version: int) -> None:
        """Show `version`."""
        entry = self._entry(table, key)
        if self._versioned:
            self._apply(entry, order_of(version, NOTHING), version)
        else:
            self._client.execute_command("EVAL", APPLY, 1, entry, version, self._ttl_ms)

    def remove(self, table: str, key: int, before: int) -> None:
        """Show nothing any more; what nobody knows the order of leaves no mark."""
        if before == NOTHING:
            self.evict(table, key)
        else:
            self._hide(table, key, order_of(NOTHING, before))

    def announce(self, table: str, key: int, version: int) -> None:
        """Show nothing until `version`, or a later one, is put."""
        self._hide(table, key, order_before(version))

    def evict(self, table: str, key: int) -> None:
        """Show nothing, whatever may be put next."""
        self._client.execute_command("DEL", self._entry(table, key))

    def commit(self) -> None:
        """Each command is a transaction of its own."""

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

    def _hide(self, table: str, key: int, order: int) -> None:
        if self._versioned:
            self._apply(self._entry(table, key), order, "")
        else:
            self.evict(table, key)

    def _apply(self, entry: str, order: int, version: int | str) -> None:
        arguments = (order, version, self._ttl_ms, self._marks)
        self._client.execute_command("EVAL", APPLY_VERSIONED, 1, entry, *arguments)

    def _entry(self, table: str, key: int) -> str:
        return f"{self._prefix}{table}:{key}"


def order_of(version: int, before: int) -> int:
    """The order of a row's `version`, or of its removal, which ended `before`."""
    return 2 * before + 1 if version == NOTHING else 2 * version


def order_before(version: int) -> int:
    """The order that lets `version` in and nothing that is older."""
    return 2 * version - 1
