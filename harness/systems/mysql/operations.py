"""What an operator does by hand to tables of MySQL servers."""

from contextlib import closing

from harness.model.ports.databases import MySql

ANSWER_LIMIT_S = 30.0
COLUMNS = (
    "SELECT column_name, column_type FROM information_schema.columns "
    "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
)


class MySqlOperations:
    """Implements `harness.model.ports.powers.TableOperations`; errors are those of pymysql."""

    def __init__(self, servers: MySql) -> None:
        self._servers = servers

    def alter(self, server: str, table: str, clause: str) -> None:
        """Change the table; writers wait for it and go on."""
        connection = self._servers.connection(server, answer_limit_s=ANSWER_LIMIT_S)
        with closing(connection):
            connection.cursor().execute(f"ALTER TABLE {_quoted(table)} {clause}")

    def columns(self, server: str, table: str) -> str:
        """`id bigint, version bigint`."""
        with closing(self._servers.connection(server, autocommit=True)) as connection:
            cursor = connection.cursor()
            cursor.execute(COLUMNS, table.split("."))
            return ", ".join(f"{name} {kind}" for name, kind in cursor.fetchall())

    def remove_unlogged(self, server: str, table: str, rows: int) -> int:
        """Remove them in one transaction of a session with `sql_log_bin=0`."""
        connection = self._servers.connection(server, answer_limit_s=ANSWER_LIMIT_S)
        with closing(connection):
            cursor = connection.cursor()
            cursor.execute("SET SESSION sql_log_bin = 0")
            removed = cursor.execute(
                f"DELETE FROM {_quoted(table)} ORDER BY id LIMIT %s",  # noqa: S608 - our own names
                (rows,),
            )
            connection.commit()
            return removed


def _quoted(table: str) -> str:
    return ".".join(f"`{part}`" for part in table.split("."))
