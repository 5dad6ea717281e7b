"""MySQL as clients see it: bare pymysql connections that notice a failure, and replication.

A connection encrypts when the server can, because MySQL's default way to log in takes a password
over nothing else. What an error says about a transaction stands in `harness.systems.mysql.errors`.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

import pymysql
from pymysql.cursors import DictCursor

from harness.model.ports.databases import SqlConnection
from harness.model.value import Settings
from harness.systems.servers import Address, server_of

USER = "chaos"
CONNECT_LIMIT_S = 2.0
ANSWER_LIMIT_S = 5.0
READY_LIMIT_S = 1.0


class MySqlClients:
    """Connections to the MySQL servers of one stack.

    Args:
        servers: where clients reach each of them, by name of service.
        password: of the user USER.
    """

    def __init__(self, servers: Mapping[str, Address], password: str) -> None:
        self._servers = dict(servers)
        self._password = password

    def connection(
        self,
        service: str = "mysql",
        *,
        database: str | None = None,
        autocommit: bool = False,
        answer_limit_s: float = ANSWER_LIMIT_S,
    ) -> SqlConnection:
        """A new connection over the client link.

        Args:
            service: which server.
            database: the one to use.
            autocommit: whether each statement is a transaction of its own.
            answer_limit_s: how long the server may be silent before the connection counts as lost.

        Raises:
            UsageError: the stack has no such server.
            pymysql.Error: it cannot be reached or refuses.
        """
        bare = _connect(
            server_of(self._servers, service, "MySQL", "mysql"),
            self._password,
            answer_limit_s,
            database,
            autocommit=autocommit,
        )
        return cast("SqlConnection", bare)  # the port is the part of it that we use


def ready(address: Address, password: str) -> str | None:
    """Log in and ask: None when the server answers, else what is missing."""
    try:
        _ask(address, password, "SELECT 1")
    except (pymysql.Error, OSError) as error:
        return f"no answer: {error}"
    return None


def replica_ready(address: Address, password: str) -> str | None:
    """None when both threads of a replica's replication run, else what is missing."""
    try:
        (status,) = _ask(address, password, "SHOW REPLICA STATUS") or ({},)
    except (pymysql.Error, OSError) as error:
        return f"no answer: {error}"
    running = {thread: status.get(f"Replica_{thread}_Running") for thread in ("IO", "SQL")}
    if set(running.values()) == {"Yes"}:
        return None
    errors = [status.get(f"Last_{thread}_Error") for thread in running]
    return f"replication: {running} {' '.join(filter(None, errors))}".strip()


def settings(address: Address, password: str, names: Collection[str]) -> Settings:
    """What the server runs with, of those names; raises pymysql.Error."""
    listed = ", ".join(f"'{name}'" for name in names)
    question = f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({listed})"
    rows = _ask(address, password, question)
    return {row["Variable_name"]: row["Value"] for row in rows}


def _ask(address: Address, password: str, question: str) -> tuple[dict[str, Any], ...]:
    connection = _connect(address, password, READY_LIMIT_S, None, autocommit=True)
    try:
        with connection.cursor(DictCursor) as cursor:
            cursor.execute(question)
            return tuple(cursor.fetchall())
    finally:
        connection.close()


def _connect(
    address: Address,
    password: str,
    answer_limit_s: float,
    database: str | None,
    *,
    autocommit: bool,
) -> "pymysql.Connection[Any]":
    host, port = address
    return pymysql.connect(
        host=host,
        port=port,
        user=USER,
        password=password,
        database=database,
        charset="utf8mb4",
        autocommit=autocommit,
        connect_timeout=min(CONNECT_LIMIT_S, answer_limit_s),
        read_timeout=answer_limit_s,
        write_timeout=answer_limit_s,
    )
