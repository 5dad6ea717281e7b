"""PostgreSQL as clients see it: bare psycopg connections that notice a failure.

What an error says about a transaction stands in `harness.systems.postgres.errors`.
"""

from collections.abc import Collection, Mapping
from contextlib import closing
from typing import Any, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from harness.kit.clock import REAL
from harness.kit.waits import NS_PER_S
from harness.model.ports.databases import SqlConnection
from harness.model.value import Settings
from harness.systems.servers import Address, server_of

Answer = TypeVar("Answer")

USER = "chaos"
DATABASE = "chaos"
CONNECT_LIMIT_S = 2
ANSWER_LIMIT_S = 5.0
READY_LIMIT_S = 1.0


class PostgresClients:
    """Connections to the PostgreSQL servers of one stack.

    Args:
        servers: where clients reach each of them, by name of service.
        password: of the user USER.
    """

    def __init__(self, servers: Mapping[str, Address], password: str) -> None:
        self._servers = dict(servers)
        self._password = password

    def connection(
        self,
        service: str = "postgres",
        *,
        database: str | None = None,
        autocommit: bool = False,
        answer_limit_s: float = ANSWER_LIMIT_S,
    ) -> SqlConnection:
        """A new connection over the client link.

        Args:
            service: which server.
            database: the schema of names without one.
            autocommit: whether each statement is a transaction of its own.
            answer_limit_s: how long the server may be silent before the connection counts as lost.

        Raises:
            UsageError: the stack has no such server.
            psycopg.Error: it cannot be reached or refuses.
        """
        bare = self.bare(
            service, database=database, autocommit=autocommit, answer_limit_s=answer_limit_s
        )
        return cast("SqlConnection", bare)  # the port is the part of it that we use

    def bare(
        self,
        service: str,
        *,
        database: str | None = None,
        autocommit: bool = False,
        answer_limit_s: float = ANSWER_LIMIT_S,
    ) -> "Connection":
        """The same as psycopg's own; arguments as `connection`."""
        return connect(
            server_of(self._servers, service, "PostgreSQL", "postgres"),
            self._password,
            schema=database,
            autocommit=autocommit,
            answer_limit_s=answer_limit_s,
        )


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that counts as lost when the server is silent for too long."""

    answer_limit_s = ANSWER_LIMIT_S

    def begin(self) -> None:
        """Begin a transaction, which the first statement does by itself."""

    def commit(self) -> None:
        """Commit.

        Raises:
            psycopg.InterfaceError: the connection is closed, and nothing was sent.
            psycopg.errors.InFailedSqlTransaction: a statement has failed; the server would answer
                that it has committed nothing, and the library take that for success.
            psycopg.Error: it may have been committed, or not.
        """
        if self.closed:
            raise psycopg.InterfaceError("the connection is closed")
        if self.info.transaction_status == TransactionStatus.INERROR:
            raise psycopg.errors.InFailedSqlTransaction("a statement of it has failed")
        super().commit()

    def wait(
        self,
        gen: PQGen[Answer],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> Answer:
        """Wait for the answer to what was sent.

        Raises:
            psycopg.OperationalError: there was none in time; the connection is closed.
        """
        began_ns = REAL.now_ns()
        try:
            return super().wait(gen, interval, timeout or self.answer_limit_s)
        except psycopg.OperationalError as error:
            if REAL.now_ns() - began_ns < self.answer_limit_s * NS_PER_S:
                raise
            self.close()
            message = f"no answer within {self.answer_limit_s:g} s"
            raise psycopg.OperationalError(message) from error


def connect(
    address: Address,
    password: str,
    *,
    schema: str | None = None,
    autocommit: bool = True,
    answer_limit_s: float = ANSWER_LIMIT_S,
) -> Connection:
    """A new connection; arguments as `PostgresClients.connection`."""
    host, port = address
    connection = Connection.connect(
        host=host,
        port=port,
        user=USER,
        password=password,
        dbname=DATABASE,
        sslmode="disable",
        gssencmode="disable",
        connect_timeout=CONNECT_LIMIT_S,
        options=f'-c search_path="{schema}"' if schema else "",
        autocommit=autocommit,
        prepare_threshold=None,  # a prepared statement fails when its table is altered
    )
    connection.answer_limit_s = answer_limit_s
    return connection


def ready(address: Address, password: str) -> str | None:
    """Log in and ask: None when the server answers and takes writes, else what is missing."""
    try:
        with closing(connect(address, password, answer_limit_s=READY_LIMIT_S)) as connection:
            ((recovers,),) = connection.execute("SELECT pg_is_in_recovery()").fetchall()
    except (psycopg.Error, OSError) as error:
        return f"no answer: {error}"
    return "it is in recovery" if recovers else None


def settings(address: Address, password: str, names: Collection[str]) -> Settings:
    """What the server runs with, of those names, with units; raises psycopg.Error."""
    with closing(connect(address, password, answer_limit_s=READY_LIMIT_S)) as connection:
        question = "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)"
        return dict(connection.execute(question, (list(names),)).fetchall())
