"""PostgreSQL as a source: its write-ahead log says what was committed."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg

from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Made, Outcome, RowMissingError
from harness.model.ports.stack import Stack
from harness.model.rows import Rows
from harness.model.value import Settings
from harness.systems.postgres import errors, source_server
from harness.systems.postgres.adopting import adopted, misfits
from harness.systems.postgres.client import DATABASE, USER
from harness.systems.postgres.columns import KINDS, Column
from harness.systems.postgres.dialect import POSTGRES
from harness.systems.postgres.log_reader import LogReader, identities
from harness.systems.postgres.service import NAME
from harness.systems.postgres.slots import drop_slots, given_up, slot_name
from harness.systems.postgres.tables import LONG_S, NEEDED, PostgresSchema, refused
from harness.systems.sql_sessions import RowReader, WriterSession
from harness.systems.stores import SOURCES, SourceKind


class PostgresSource(PostgresSchema):
    """A `Source`."""

    name = NAME
    title = "PostgreSQL"
    truncation_commits = False
    errors = (psycopg.Error, OSError, RowMissingError)

    def __init__(self, stack: Stack, name: str) -> None:
        super().__init__(stack, name)
        self._fillers: dict[str, dict[str, str]] = {}
        self._made: dict[str, int] = {}
        self._slots: set[str] = set()
        """What readers of its log have, or may have, made."""

    def outcome_of(self, error: BaseException, *, committing: bool) -> Outcome:
        """As `harness.systems.postgres.errors`."""
        return errors.outcome_of(error, committing=committing)

    def check(self, workload: PipelineWorkload) -> None:
        """As `source_server`."""
        with closing(self._connected(LONG_S)) as connection:
            source_server.check(connection, workload)

    def create(self, tables: Sequence[SourceTable]) -> Made:
        """Create them, filled by triggers; those of the harness log what rows were before."""
        made = self._make(tables, keyed=True)
        for table in tables:
            if self._key(table.name) != ["id"]:
                raise refused(table.name, "the primary key must be `id` alone")
            filled = _fillers(table, made[table.name])
            self._fillers[table.name] = filled
            if table.ddl is None:
                self._run(f'ALTER TABLE "{table.name}" REPLICA IDENTITY FULL')
                filled = {**filled, "changed": "clock_timestamp()"}
            self._fill(table.name, filled)
        with closing(self._connected(LONG_S)) as connection:
            self._made |= identities(connection, self._name)
        order = tuple(table.name for table in tables)
        return Made(order=order, referred=frozenset(), fillers=self._fillers)

    def refused(self, table: str, error: Exception) -> UsageError:
        """With the column that the server names, and what it is filled with."""
        diagnosis = error.diag if isinstance(error, psycopg.Error) else None
        name = diagnosis.column_name if diagnosis else None
        filled = self._fillers[table].get(name or "")
        how = f"; column {name}, which the harness fills with {filled}" if filled else ""
        return UsageError(
            f"table {table} refuses a row of the harness: {error}{how}; give an expression of "
            f'NEW.version: SourceTable(fills={{"{name or "column"}": "..."}})'
        )

    def drop(self) -> None:
        """Drop the schema, and what readers of the log have left on the server."""
        with closing(self._connected(LONG_S)) as connection:
            drop_slots(connection, sorted(self._slots))
        self._run(*(f'DROP PUBLICATION IF EXISTS "{each}"' for each in sorted(self._slots)))
        super().drop()

    def session(self) -> WriterSession:
        """A new connection for a writer."""
        return WriterSession(self._connect_for_transactions(), POSTGRES)

    def poller(self, mode: str, delay_ms: int) -> RowReader:
        """A polling feed's access."""
        return RowReader(self._connect, POSTGRES, mode, delay_ms)

    def replace(self, rows: Mapping[str, Mapping[int, int]]) -> None:
        """Write rows, those of a table in one transaction."""
        with closing(self._connected(LONG_S, autocommit=False)) as connection:
            connection.execute("SET synchronous_commit = on")
            for table, found in rows.items():
                connection.cursor().executemany(POSTGRES.upsert(table), list(found.items()))
                connection.commit()

    def follow(self, reader: str, tables: Sequence[str]) -> LogReader:
        """Follow the write-ahead log from its end now, over a slot of its own."""
        return LogReader(self._connected, self._slot(reader), self._name, tables, self._made)

    def snapshot(self, reader: str, tables: Sequence[str]) -> tuple[dict[str, Rows], LogReader]:
        """All rows, and the log from before them, without the transactions that they show."""
        follower = self.follow(reader, tables)
        with closing(self._connected(LONG_S, autocommit=False)) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            ((text,),) = connection.execute("SELECT pg_current_snapshot()::text").fetchall()
            follower.seen = Snapshot.of(text).sees
            found: dict[str, Rows] = {}
            for table in tables:
                question = f'SELECT id, version FROM "{table}" ORDER BY id'  # noqa: S608
                found[table] = connection.execute(question).fetchall()
        return found, follower

    def cut_off(self, reader: str) -> str | None:
        """Why its slot is lost."""
        with closing(self._connected(LONG_S)) as connection:
            return given_up(connection, reader)

    @property
    def keeps_log(self) -> bool:
        """It does, unless max_slot_wal_keep_size says for how much."""
        ((most,),) = self._ask(
            "SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size'"
        )
        return bool(most == "-1")

    def debezium(self, reader: str, prefix: str, tables: Sequence[str]) -> Settings:  # noqa: ARG002 - it keeps no history
        """Debezium's connector, over `pgoutput` with a slot and a publication of its own."""
        told = self.wiring("connect", reader)
        return {
            "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
            "plugin.name": "pgoutput",
            "database.hostname": told["POSTGRES_HOST"],
            "database.port": int(told["POSTGRES_PORT"]),
            "database.user": USER,
            "database.password": told["POSTGRES_PASSWORD"],
            "database.dbname": DATABASE,
            "schema.include.list": self._name,
            "table.include.list": ",".join(f"{self._name}.{table}" for table in tables),
            "slot.name": told["SLOT_NAME"],
            "publication.name": told["SLOT_NAME"],
            "publication.autocreate.mode": "filtered",
            # More often than the server waits for it, which is ten seconds here.
            "status.update.interval.ms": 1000,
            # After a crash the server may still believe that the slot is in use.
            "slot.retry.delay.ms": 1000,
            "slot.max.retries": 60,
        }

    def jdbc(self) -> Settings:
        """Nothing: the polling connector has no driver for it.

        Raises:
            UsageError: always.
        """
        raise UsageError("the JDBC source connector of the harness has no driver for PostgreSQL")

    def wiring(self, caller: str, reader: str = "") -> dict[str, str]:
        """As of tables, and SLOT_NAME for whoever reads the write-ahead log."""
        return {**super().wiring(caller), "SLOT_NAME": self._slot(reader) if reader else ""}

    def _slot(self, reader: str) -> str:
        name = slot_name(reader)
        self._slots.add(name)
        return name


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions a reader sees."""

    first_open: int
    first_unseen: int
    open: frozenset[int]

    @classmethod
    def of(cls, text: str) -> "Snapshot":
        """As the server writes it: `10:20:10,14`."""
        first_open, first_unseen, still_open = text.split(":")
        numbers = frozenset(int(each) for each in still_open.split(",") if each)
        return cls(int(first_open), int(first_unseen), numbers)

    def sees(self, transaction: int) -> bool:
        """Whether it sees what the transaction of that number did, if it committed."""
        if transaction < self.first_open:
            return True
        return transaction < self.first_unseen and transaction not in self.open


def _fillers(table: SourceTable, made: Mapping[str, Column]) -> dict[str, str]:
    """What each column is filled with; those with a DEFAULT keep it.

    Raises:
        UsageError: an own expression is for no such column, or a type is not known.
    """
    further = {
        name: each for name, each in made.items() if name not in NEEDED and not each.generated
    }
    for name in table.fills:
        if name not in further:
            raise UsageError(
                f"table {table.name}: fills names column {name!r}, which is not one that can be "
                f"filled; there are: {', '.join(further) or 'none'}"
            )
    found = {}
    for name, column in further.items():
        if name in table.fills:
            found[name] = table.fills[name]
        elif column.kind in KINDS and not column.kept:
            found[name] = KINDS[column.kind].filler(column)
        elif not column.kept and not column.nullable:
            raise UsageError(
                f"table {table.name}: the harness cannot fill column {name}: its type "
                f"{column.declared} is not known; give an expression of NEW.version and NEW.id: "
                f'SourceTable(fills={{"{name}": "..."}})'
            )
    return found


SOURCES.add(NAME, SourceKind(make=PostgresSource, adopt=adopted, misfits=misfits))
