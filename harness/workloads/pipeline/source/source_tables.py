"""The tables of the source: made, checked, filled by triggers, with the rows that must be there.

What is wrong with a table is said here, before any feed or copy starts.
"""

import re
from collections.abc import Mapping
from contextlib import closing

import pymysql

from harness.history.journal import Journal
from harness.history.tables import SEQUENCE_BITS
from harness.kit.errors import UsageError
from harness.model.pipeline import PipelineWorkload
from harness.model.ports.stack import MySql
from harness.workloads.pipeline.rounds import replace_rows
from harness.workloads.pipeline.source import database as source
from harness.workloads.pipeline.source import own_tables
from harness.workloads.pipeline.source.fillers import ROWS_REFERRED_TO
from harness.workloads.pipeline.source.own_tables import Fillers
from harness.workloads.pipeline.source.table_schema import Schema

PREFILL, REFERRED = "prefill", "referred-rows"
TRIED = [(process << SEQUENCE_BITS) + n for process, n in ((0, 1), (1, 999), (3, 99_999), (200, 0))]
"""Versions such as writers make; each is tried in turn."""
TRIED_FIRST = 2 << SEQUENCE_BITS
"""Rows are made with versions from here on: a unique column would refuse one that comes twice."""
_COLUMN = re.compile(r"(?:[Cc]olumn|[Ff]ield) '([^']+)'")


class SourceTables:
    """Makes the source's tables and knows how they are filled.

    Args:
        database: of the source.
    """

    def __init__(
        self, workload: PipelineWorkload, database: str, *, mysql: MySql, journal: Journal
    ) -> None:
        self._workload = workload
        self._database = database
        self._mysql = mysql
        self._journal = journal
        self._order: list[str] = []
        self._referred: set[str] = set()
        self.fillers: Mapping[str, Fillers] = {}
        """By table, what its columns are filled with."""

    def create(self) -> None:
        """Create them, and try a row of each.

        Raises:
            UsageError: the harness could not write to a table, or would not know its rows.
        """
        tables = self._workload.tables
        schemas = source.create(self._mysql, self._database, tables)
        for schema in schemas.values():
            own_tables.require_key(schema)
        self._order = own_tables.in_order(schemas)
        self._referred = own_tables.referred_to(schemas)
        self._check_truncations()
        self.fillers = {
            table.name: own_tables.fillers_of(self._mysql, schemas[table.name], table)
            for table in tables
        }
        source.fill(self._mysql, self._database, self.fillers)
        self._try_rows(schemas)

    def prefill(self) -> None:
        """Insert the rows that are there before any feed looks, and those that they refer to."""
        if not any(table.rows for table in self._workload.tables):
            return
        if self._referred:
            self.write_referred()
        counts = {table.name: table.rows for table in self._workload.tables}
        version = self._journal.process(PREFILL, "writer", PREFILL) << SEQUENCE_BITS
        for name in self._order:
            keys = range(source.OLD_KEYS, source.OLD_KEYS + counts[name])
            rows = {key: version + place for place, key in enumerate(keys)}
            version += len(rows)
            if rows:
                replace_rows(self._mysql, self._database, {name: rows})

    def write_referred(self) -> None:
        """Insert the rows that foreign keys refer to, once; no writer touches them."""
        referred, self._referred = self._referred, set()
        if not referred:
            return
        version = self._journal.process(REFERRED, "writer", REFERRED) << SEQUENCE_BITS
        for name in self._order:
            if name in referred:
                rows = {key: version + key for key in _referred_keys()}
                version += len(rows)
                replace_rows(self._mysql, self._database, {name: rows})

    def _check_truncations(self) -> None:
        for writers in self._workload.writers:
            emptied = sorted(self._referred & set(writers.tables))
            if "truncate" in writers.mix and emptied:
                raise UsageError(
                    f"{writers.name}: truncate would empty {emptied[0]}, to which a foreign key "
                    "refers; MySQL refuses that: take truncate out of mix, or the table out of "
                    "tables"
                )

    def _try_rows(self, schemas: Mapping[str, Schema]) -> None:
        """Write a row of each table, and new versions of it, and roll all of it back."""
        with closing(self._mysql.connection(database=self._database)) as connection:
            cursor = connection.cursor()
            for name in self._order:
                keys = [*(_referred_keys() if name in self._referred else ()), source.TRIED_KEY]
                try:
                    for key in keys:
                        cursor.execute(
                            f"INSERT INTO `{name}` (id, version) VALUES (%s, %s)",  # noqa: S608
                            (key, TRIED_FIRST + key),
                        )
                    for version in TRIED:
                        cursor.execute(
                            f"UPDATE `{name}` SET version = %s WHERE id = %s",  # noqa: S608
                            (version, source.TRIED_KEY),
                        )
                except pymysql.Error as error:
                    raise self._refused(schemas[name], error) from error
            connection.rollback()

    def _refused(self, schema: Schema, error: pymysql.Error) -> UsageError:
        code, message = (*error.args, "")[:2]
        match = _COLUMN.search(str(message))
        name = match[1] if match else next(iter(self.fillers[schema.name]), "column")
        filled = self.fillers[schema.name].get(name)
        how = f", which the harness fills with {filled}" if filled else ""
        return UsageError(
            f"table {schema.name} refuses a row of the harness: {message} (MySQL error {code})"
            f"{f'; column {name}{how}' if match else ''}; give an expression of NEW.version: "
            f'SourceTable(fills={{"{name}": "..."}})'
        )


def _referred_keys() -> range:
    return range(1, ROWS_REFERRED_TO + 1)
