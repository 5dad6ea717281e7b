"""Redis as clients see it: bare redis-py clients that never send a command twice.

What an error says about a command stands in `harness.systems.redis.errors`.
"""

from collections.abc import Callable, Collection, Mapping
from typing import cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from harness.model.ports.databases import RedisClient
from harness.model.value import Settings
from harness.systems.servers import Address, server_of

CONNECT_LIMIT_S = 2.0
ANSWER_LIMIT_S = 5.0
READY_LIMIT_S = 1.0
REDIS = ("Redis", "redis")


class NotConnectedError(redis.ConnectionError):
    """No connection was made, so the command was not sent."""


class _Connection(redis.Connection):
    """Says apart what went wrong before the command from what went wrong with it.

    Connecting includes a question that the server itself answers, so a proxy that takes the
    connection for a server that is down does not pass for a connection.
    """

    def connect_check_health(
        self,
        check_health: bool = True,  # noqa: FBT001, FBT002 - the library's
        retry_socket_connect: bool = True,  # noqa: FBT001, FBT002 - the library's
    ) -> None:
        try:
            super().connect_check_health(check_health, retry_socket_connect)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise NotConnectedError(str(error)) from error


class RedisClients:
    """Clients of the Redis servers of one stack.

    Args:
        servers: where clients reach each of them, by name of service.
        own: the same for the harness's own questions.
    """

    def __init__(self, servers: Mapping[str, Address], own: Mapping[str, Address]) -> None:
        self._servers = dict(servers)
        self._own = dict(own)

    def client(
        self, service: str = "redis", *, answer_limit_s: float = ANSWER_LIMIT_S
    ) -> RedisClient:
        """A new client over the client link; it connects when it is first used.

        Args:
            service: which server.
            answer_limit_s: how long the server may be silent before the connection counts as lost.

        Raises:
            UsageError: the stack has no such server.
        """
        # The port is the part of it that we use.
        return cast(
            "RedisClient", _client(server_of(self._servers, service, *REDIS), answer_limit_s)
        )

    def flush(self, service: str) -> tuple[int, int]:
        """Delete every key, over the harness's own link; how many there were, and then are.

        The three commands are one transaction, so no writer comes between.

        Raises:
            redis.RedisError: it was not done, or nobody can tell.
        """
        client = _client(server_of(self._own, service, *REDIS), ANSWER_LIMIT_S)
        try:
            transaction = client.pipeline()
            transaction.dbsize()
            transaction.flushall()
            transaction.dbsize()
            before, _, after = transaction.execute()
        finally:
            client.close()
        return int(before), int(after)


def ready(address: Address) -> str | None:
    """None when the server answers PING, else what is missing."""
    return _missing(address, lambda client: None if client.ping() else "no PONG")


def replica_ready(address: Address) -> str | None:
    """None when a replica is connected to its master and has its data, else what is missing."""

    def link(client: redis.Redis) -> str | None:
        status = client.info("replication").get("master_link_status")
        return None if status == "up" else f"the link to its master is {status}"

    return _missing(address, link)


def settings(address: Address, names: Collection[str]) -> Settings:
    """What the server runs with, of those names; raises redis.RedisError."""
    client = _client(address, ANSWER_LIMIT_S)
    try:
        found = client.config_get(*names)
        return {str(name): value or "" for name, value in found.items()}
    finally:
        client.close()


def _missing(address: Address, question: Callable[[redis.Redis], str | None]) -> str | None:
    client = _client(address, READY_LIMIT_S)
    try:
        return question(client)
    except redis.RedisError as error:
        return f"no answer: {error}"
    finally:
        client.close()


def _client(address: Address, answer_limit_s: float) -> redis.Redis:
    host, port = address
    pool = redis.ConnectionPool(
        connection_class=_Connection,
        host=host,
        port=port,
        protocol=3,
        decode_responses=True,
        socket_connect_timeout=min(CONNECT_LIMIT_S, answer_limit_s),
        socket_timeout=answer_limit_s,
        # The library would send a command again whose answer was lost.
        retry=Retry(NoBackoff(), 0),
    )
    return redis.Redis.from_pool(pool)
