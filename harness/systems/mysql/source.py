"""MySQL as a source: its binary log says what was committed."""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing

import pymysql

from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Made, Outcome, RowMissingError
from harness.model.ports.stack import Stack
from harness.model.rows import Rows
from harness.model.value import Settings
from harness.systems.mysql import database, ddl, errors, own_tables, source_server
from harness.systems.mysql.client import USER
from harness.systems.mysql.dialect import MYSQL
from harness.systems.mysql.follower import BinaryLog, server_id
from harness.systems.mysql.tables import MySqlDatabase
from harness.systems.sql_sessions import RowReader, WriterSession
from harness.systems.stores import SOURCES, SourceKind

_COLUMN = re.compile(r"(?:[Cc]olumn|[Ff]ield) '([^']+)'")


class MySqlSource(MySqlDatabase):
    """A `Source`."""

    name = "mysql"
    title = "MySQL"
    truncation_commits = True
    errors = (pymysql.Error, OSError, RowMissingError)

    def __init__(self, stack: Stack, name: str) -> None:
        super().__init__(stack, name)
        self._made = Made(order=(), referred=frozenset(), fillers={})

    def outcome_of(self, error: BaseException, *, committing: bool) -> Outcome:
        """As `harness.systems.mysql.errors`."""
        return errors.outcome_of(error, committing=committing)

    def check(self, workload: PipelineWorkload) -> None:
        """As `source_server`."""
        source_server.check(self._mysql, workload)

    def create(self, tables: Sequence[SourceTable]) -> Made:
        """Create them, filled by triggers."""
        schemas = database.create(self._mysql, self._name, tables)
        for schema in schemas.values():
            own_tables.require_key(schema)
        self._made = Made(
            order=tuple(own_tables.in_order(schemas)),
            referred=frozenset(own_tables.referred_to(schemas)),
            fillers={
                table.name: own_tables.fillers_of(self._mysql, schemas[table.name], table)
                for table in tables
            },
        )
        database.fill(self._mysql, self._name, self._made.fillers)
        return self._made

    def refused(self, table: str, error: Exception) -> UsageError:
        """With the column that the server names, and what it is filled with."""
        code, message = (*error.args, "")[:2]
        match = _COLUMN.search(str(message))
        fillers = self._made.fillers[table]
        name = match[1] if match else next(iter(fillers), "column")
        filled = fillers.get(name)
        how = f", which the harness fills with {filled}" if filled else ""
        return UsageError(
            f"table {table} refuses a row of the harness: {message} (MySQL error {code})"
            f"{f'; column {name}{how}' if match else ''}; give an expression of NEW.version: "
            f'SourceTable(fills={{"{name}": "..."}})'
        )

    def session(self) -> WriterSession:
        """A new connection for a writer."""
        return WriterSession(self._connect_for_transactions(), MYSQL)

    def poller(self, mode: str, delay_ms: int) -> RowReader:
        """A polling feed's access."""
        return RowReader(self._connect, MYSQL, mode, delay_ms)

    def replace(self, rows: Mapping[str, Mapping[int, int]]) -> None:
        """Write rows, those of a table in one transaction."""
        statements = (
            database.replace(self._name, table, each.items()) for table, each in rows.items()
        )
        database.run(self._mysql, statements)

    def follow(self, reader: str, tables: Sequence[str]) -> BinaryLog:
        """Follow the binary log from its end now."""
        start = database.position(self._mysql)
        return BinaryLog(self._stack, self._name, tables, reader=reader, start=start)

    def snapshot(self, reader: str, tables: Sequence[str]) -> tuple[dict[str, Rows], BinaryLog]:
        """All rows, and where the binary log stood when they were like that."""
        with closing(
            self._mysql.connection(database=self._name, answer_limit_s=30.0)
        ) as connection:
            cursor = connection.cursor()
            # A commit is in the log before it is in the tables; only the lock holds both still.
            cursor.execute("FLUSH TABLES WITH READ LOCK")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            follower = self.follow(reader, tables)
            cursor.execute("UNLOCK TABLES")
            found: dict[str, Rows] = {}
            for table in tables:
                cursor.execute(f"SELECT id, version FROM `{table}` ORDER BY id")  # noqa: S608
                found[table] = cursor.fetchall()
            return found, follower

    def cut_off(self, reader: str) -> None:
        """None: a reader keeps its place itself."""

    @property
    def keeps_log(self) -> bool:
        """It does, for a month: nothing here purges binary logs."""
        return True

    def debezium(self, reader: str, prefix: str, tables: Sequence[str]) -> Settings:
        """Debezium's MySQL connector, which keeps the history of the schema in Kafka."""
        told = self.wiring("connect", reader)
        brokers = (
            self._stack.address(each, "connect") for each in self._stack.topology.broker_names
        )
        return {
            "connector.class": "io.debezium.connector.mysql.MySqlConnector",
            "database.hostname": told["MYSQL_HOST"],
            "database.port": int(told["MYSQL_PORT"]),
            "database.user": USER,
            "database.password": told["MYSQL_PASSWORD"],
            "database.server.id": server_id(reader),
            "database.include.list": self._name,
            "table.include.list": ",".join(f"{self._name}.{table}" for table in tables),
            "schema.history.internal.kafka.bootstrap.servers": ",".join(
                f"{host}:{port}" for host, port in brokers
            ),
            "schema.history.internal.kafka.topic": f"{prefix}.schema-history",
            "schema.history.internal.store.only.captured.tables.ddl": True,
            "include.schema.changes": False,
            "connect.timeout.ms": 5000,
            # By default it takes two minutes to notice that MySQL is gone, RUNNING all the while.
            # But a reader that is held up for longer is taken for lost, and events come twice.
            "connect.keep.alive.interval.ms": 10_000,
        }

    def jdbc(self) -> Settings:
        """Where a polling JDBC source reads."""
        return {
            "connection.url": self._jdbc_url(),
            "connection.user": USER,
            "connection.password": self._stack.password("connect"),
        }

    def wiring(self, caller: str, reader: str = "") -> dict[str, str]:
        """As of tables, and SERVER_ID for whoever reads the binary log."""
        return {**super().wiring(caller), "SERVER_ID": str(server_id(reader))}


SOURCES.add("mysql", SourceKind(make=MySqlSource, problems=ddl.problems))
