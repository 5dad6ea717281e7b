"""The part of the clients of databases and caches that we use, named as there."""

from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """`pymysql.cursors.Cursor`, as far as we use it."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, query: str, args: Any = None) -> int: ...  # noqa: ANN401
    def executemany(self, query: str, args: Any) -> Any: ...  # noqa: ANN401
    def fetchone(self) -> Any: ...  # noqa: ANN401 - a row, or None
    def fetchall(self) -> Sequence[Any]: ...
    def close(self) -> None: ...


class SqlConnection(Protocol):
    """`pymysql.Connection`, as far as we use it."""

    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def cursor(self) -> Cursor: ...
    def close(self) -> None: ...


class MySql(Protocol):
    """The MySQL servers of one stack."""

    def connection(
        self,
        service: str = "mysql",
        *,
        database: str | None = None,
        autocommit: bool = False,
        answer_limit_s: float = 5.0,
    ) -> SqlConnection:
        """A new connection over the client link, of which a lost server is noticed in time."""


class RedisClient(Protocol):
    """`redis.Redis`, as far as we use it; answers are text."""

    def execute_command(self, *command: Any) -> Any: ...  # noqa: ANN401
    def close(self) -> None: ...


class Redis(Protocol):
    """The Redis servers of one stack."""

    def client(self, service: str = "redis", *, answer_limit_s: float = 5.0) -> RedisClient:
        """A client over the client link that sends nothing twice."""

    def flush(self, service: str) -> tuple[int, int]:
        """Delete every key, over the harness's own link; how many there were, and then are."""
