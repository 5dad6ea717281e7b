"""Redis in memory: the commands and scripts that the harness's own client of it sends."""

import fnmatch
from collections.abc import Callable
from typing import Any, TypeAlias

import redis

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data.connection import SILENCE_S
from harness.backends.fake.door import Door
from harness.backends.fake.process import Process
from harness.kit.waits import NS_PER_S
from harness.systems.redis import entries
from harness.systems.redis.client import NotConnectedError

Hash: TypeAlias = dict[str, str]
MS_PER_S = 1_000


class RedisServer(Process):
    """The process `redis`; it keeps everything in memory, so a kill takes all of it."""

    def __init__(self, name: str, clock: VirtualClock) -> None:
        super().__init__(name)
        self._clock = clock
        self._keys: dict[str, Hash | str] = {}
        self._ends_ns: dict[str, int] = {}

    def kill(self) -> None:
        """Let the process be gone, with all that it held."""
        super().kill()
        self.flush()

    def flush(self) -> tuple[int, int]:
        """Delete every key; how many there were, and then are."""
        held = sum(self._get(key) is not None for key in tuple(self._keys))
        self._keys.clear()
        self._ends_ns.clear()
        return held, len(self._keys)

    def execute(self, *command: Any) -> Any:  # noqa: ANN401 - as its protocol
        """Carry out one command."""
        name, *arguments = command
        return self._COMMANDS[name](self, *arguments)

    def _get(self, key: str) -> Hash | str | None:
        if self._ends_ns.get(key, self._clock.now_ns() + 1) <= self._clock.now_ns():
            self._delete(key)
        return self._keys.get(key)

    def _delete(self, key: str) -> int:
        self._ends_ns.pop(key, None)
        return int(self._keys.pop(key, None) is not None)

    def _expire(self, key: str, ttl_ms: int) -> None:
        if ttl_ms:
            self._ends_ns[key] = self._clock.now_ns() + ttl_ms * NS_PER_S // MS_PER_S

    def _field(self, key: str, field: str) -> str | None:
        held = self._get(key)
        return held.get(field) if isinstance(held, dict) else None

    def _hash(self, key: str) -> Hash:
        held = self._get(key)
        if not isinstance(held, dict):
            held = self._keys[key] = {}
        return held

    def _set(self, key: str, value: str, when: str = "") -> str | None:
        if when == "XX" and self._get(key) is None:
            return None
        self._delete(key)
        self._keys[key] = value
        return "OK"

    def _scan(self, _cursor: str, _match: str, pattern: str, *_count: Any) -> tuple[str, list[str]]:  # noqa: ANN401
        found = [each for each in tuple(self._keys) if fnmatch.fnmatchcase(each, pattern)]
        return "0", [each for each in found if self._get(each) is not None]

    def _evaluate(self, script: str, _keys: int, *arguments: Any) -> Any:  # noqa: ANN401
        return self._SCRIPTS[script](self, *arguments)

    def _apply(self, entry: str, version: int, ttl_ms: int) -> int:
        self._hash(entry)["version"] = str(version)
        self._expire(entry, ttl_ms)
        return 1

    def _apply_versioned(
        self, entry: str, order: int, version: int | str, ttl_ms: int, marks: int
    ) -> int:
        held = self._field(entry, "order")
        if held is not None and int(held) >= order:
            return 0
        self._delete(entry)
        if version == "" and not marks:
            return 1
        self._hash(entry)["order"] = str(order)
        if version != "":
            self._hash(entry)["version"] = str(version)
        self._expire(entry, ttl_ms)
        return 1

    def _get_if_filled(self, entry: str, state: str, filled: str) -> str | None:
        return self._field(entry, "version") if self._get(state) == filled else None

    _COMMANDS: dict[str, Callable[..., Any]] = {  # noqa: RUF012 - nobody changes it
        "HGET": _field,
        "DEL": _delete,
        "EXISTS": lambda self, key: int(self._get(key) is not None),
        "SET": _set,
        "SCAN": _scan,
        "EVAL": _evaluate,
    }
    _SCRIPTS: dict[str, Callable[..., Any]] = {  # noqa: RUF012 - nobody changes it
        entries.APPLY: _apply,
        entries.APPLY_VERSIONED: _apply_versioned,
        entries.GET_IF_FILLED: _get_if_filled,
    }


class MemoryRedis:
    """Implements `model.ports.databases.Redis` on one server."""

    def __init__(
        self, door: Callable[[str], Door], server: RedisServer, clock: VirtualClock
    ) -> None:
        self._door = door
        self._server = server
        self._clock = clock

    def client(self, service: str = "redis", *, answer_limit_s: float = 5.0) -> "RedisConnection":  # noqa: ARG002 - there is one, and nobody waits for long
        """A client over the client link; it connects when it is first used."""
        return RedisConnection(self._server, self._door("client"), self._clock)

    def flush(self, service: str) -> tuple[int, int]:  # noqa: ARG002 - there is one
        """Delete every key; how many there were, and then are."""
        if self._door("harness").is_shut or self._door("harness").is_silent:
            raise redis.ConnectionError("no answer")
        return self._server.flush()


class RedisConnection:
    """Implements `RedisClient`: it connects by itself, and sends nothing twice."""

    def __init__(self, server: RedisServer, door: Door, clock: VirtualClock) -> None:
        self._server = server
        self._door = door
        self._clock = clock
        self._token: tuple[int, int] | None = None

    def execute_command(self, *command: Any) -> Any:  # noqa: ANN401 - as the library's
        """The answer to one command.

        Raises:
            redis.RedisError: there is none; it may have been carried out.
        """
        connected, self._token = self._token, None
        if self._door.is_silent:
            self._clock.pause_until(lambda: not self._door.is_silent, SILENCE_S)
        if self._door.is_silent:
            if connected is None:
                raise NotConnectedError("no answer")
            raise redis.TimeoutError("Timeout reading from socket")
        if self._door.is_shut and connected is None:
            raise NotConnectedError("Connection refused")
        if self._door.is_shut or connected not in (None, self._door.token):
            raise redis.ConnectionError("Connection closed by server.")
        self._token = self._door.token
        return self._server.execute(*command)

    def close(self) -> None:
        """Hang up."""
        self._token = None
