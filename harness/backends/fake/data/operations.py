"""What an operator does by hand to tables in memory."""

from collections.abc import Callable
from contextlib import closing

from harness.backends.fake.data import ddl
from harness.backends.fake.data.connection import Connection
from harness.backends.fake.data.table import Table
from harness.backends.fake.data.texts import versions
from harness.backends.fake.data.values import default


class MemoryOperations:
    """Implements `harness.model.ports.powers.TableOperations`; errors are those of pymysql.

    Args:
        connector: what makes connections to a server.
    """

    def __init__(self, connector: Callable[[str], Callable[[], Connection]]) -> None:
        self._connector = connector

    def alter(self, server: str, table: str, clause: str) -> None:
        """Change the table."""
        with closing(self._connector(server)()) as connection:
            found = _found(connection, table)
            schema, now = ddl.altered(found.schema, clause), connection.server.now
            added = {each: default(column, now) for each, column in schema.columns.items()}
            found.alter(schema, added)

    def columns(self, server: str, table: str) -> str:
        """`id bigint, version bigint`."""
        with closing(self._connector(server)()) as connection:
            columns = _found(connection, table).schema.columns
            return ", ".join(f"{name} {each.declared}" for name, each in columns.items())

    def remove_unlogged(self, server: str, table: str, rows: int) -> int:
        """Remove them in one transaction that the log does not show."""
        with closing(self._connector(server)()) as connection:
            found = _found(connection, table)
            keys = sorted(key for key, _ in versions(found.committed()))[:rows]
            transaction = connection.ask()
            removed = sum(transaction.delete(found, key) for key in keys)
            transaction.commit(logged=False)
            return removed


def _found(connection: Connection, table: str) -> Table:
    connection.ask()
    database, _, name = table.partition(".")
    return connection.server.table(database, name)
