"""What a writer's transactions consist of: statements, chosen by what the rows there are allow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import methodcaller
from random import Random

from harness.history.history import NOTHING
from harness.model.pipeline.traffic import Writers
from harness.model.ports.source import Session
from harness.model.rows import WRITTEN_KEYS
from harness.workloads.pipeline.recording import Changed

KEYS_PER_WRITER = 1 << 16
LATE = "late-insert"


@dataclass(slots=True)
class Statement:
    """One statement of a transaction, and what it makes of a row."""

    execute: Callable[[Session], None]
    """Runs it, if it is for this one to run: see `by_another`."""
    table: str
    key: int
    version: int
    kind: str
    commits: bool = False
    """It commits by itself, as statements that define something may do."""


def by_another(_: Session) -> None:
    """Nothing: another statement of the transaction does it, too."""


class Choices:
    """Makes the transactions of one writer.

    Each shape gives statements, none when the rows there are do not allow it.

    Args:
        spec: of the writers.
        number: which of them it is, from 0.
        dice: of the writer.
        version: the next version of a row.
        commits: a truncation commits by itself.
    """

    def __init__(
        self,
        spec: Writers,
        number: int,
        dice: Random,
        version: Callable[[], int],
        *,
        commits: bool,
    ) -> None:
        self._spec = spec
        self._dice = dice
        self._version = version
        self._commits = commits
        first = first_key(number)
        self.keys = range(first, first + (KEYS_PER_WRITER if spec.keys_rise else spec.keys))
        """Keys that nobody else writes."""
        self._risen = dict.fromkeys(spec.tables, first - 1)
        self.rows: dict[str, dict[int, int]] = {table: {} for table in spec.tables}
        """By table and key, the version of each row there is."""

    def changes(self, statements: Sequence[Statement]) -> list[Changed]:
        """Rows as statements leave them."""
        return [
            Changed(
                table=each.table,
                key=each.key,
                version=each.version,
                before=self.rows[each.table].get(each.key, NOTHING),
                kind=each.kind,
            )
            for each in statements
        ]

    def committed(self, statements: Sequence[Statement]) -> None:
        """Take over what statements made of rows."""
        for statement in statements:
            rows = self.rows[statement.table]
            if statement.version == NOTHING:
                rows.pop(statement.key, None)
            else:
                rows[statement.key] = statement.version

    def _table(self) -> str:
        return self._dice.choice(self._spec.tables)

    def _absent(self, table: str) -> int | None:
        if self._spec.keys_rise:
            self._risen[table] += 1
            return self._risen[table]
        free = [key for key in self.keys if key not in self.rows[table]]
        return self._dice.choice(free) if free else None

    def _present(self, table: str) -> int | None:
        there = sorted(self.rows[table])
        return self._dice.choice(there) if there else None

    def _insert_into(self, table: str, key: int) -> Statement:
        version = self._version()
        insert = methodcaller("insert", table, key, version)
        return Statement(insert, table, key, version, "insert")

    def _update_in(self, table: str, key: int) -> Statement:
        version = self._version()
        update = methodcaller("update", table, key, version)
        return Statement(update, table, key, version, "update")

    def insert(self) -> list[Statement]:
        """A row that was not there; an update when all are."""
        table = self._table()
        key = self._absent(table)
        return [self._insert_into(table, key)] if key is not None else self.update()

    def update(self) -> list[Statement]:
        """A new version of a row."""
        table = self._table()
        key = self._present(table)
        return [self._update_in(table, key)] if key is not None else []

    def truncate(self) -> list[Statement]:
        """The end of all rows of a table, which nobody else may write."""
        table = self._table()
        there = sorted(self.rows[table])
        ended = [Statement(by_another, table, key, NOTHING, "delete") for key in there]
        for last in ended[-1:]:
            last.execute = methodcaller("truncate", table)
            last.commits = self._commits
        return ended

    def delete(self) -> list[Statement]:
        """The end of a row."""
        table = self._table()
        key = self._present(table)
        if key is None:
            return []
        return [Statement(methodcaller("delete", table, key), table, key, NOTHING, "delete")]

    def upsert(self) -> list[Statement]:
        """A row, whether it was there or not."""
        table, version = self._table(), self._version()
        key = self._dice.choice(self.keys)
        kind = "update" if key in self.rows[table] else "insert"
        upsert = methodcaller("upsert", table, key, version)
        return [Statement(upsert, table, key, version, kind)]

    def key_update(self) -> list[Statement]:
        """A row gets another primary key: the old one ends, the new one begins."""
        table = self._table()
        old, new = self._present(table), self._absent(table)
        if old is None or new is None:
            return []
        version = self._version()
        ended = Statement(by_another, table, old, NOTHING, "delete")
        move = methodcaller("move", table, old, new, version)
        return [ended, Statement(move, table, new, version, "insert")]

    def multi_row(self) -> list[Statement]:
        """New versions of several rows of one table, in one statement."""
        table = self._table()
        there = sorted(self.rows[table])
        chosen = self._dice.sample(there, min(self._spec.rows_of_many, len(there)))
        changed = [Statement(by_another, table, key, self._version(), "update") for key in chosen]
        for last in changed[-1:]:
            versions = {each.key: each.version for each in changed}
            last.execute = methodcaller("update_many", table, versions)
        return changed

    def multi_table(self) -> list[Statement]:
        """One change in each table."""
        statements = []
        for table in self._spec.tables:
            key = self._present(table)
            if key is not None:
                statements.append(self._update_in(table, key))
            elif (free := self._absent(table)) is not None:
                statements.append(self._insert_into(table, free))
        return statements


def first_key(number: int) -> int:
    """The first key of the writer of that number."""
    return WRITTEN_KEYS + number * KEYS_PER_WRITER


SHAPES: dict[str, Callable[[Choices], list[Statement]]] = {
    "insert": Choices.insert,
    "update": Choices.update,
    "delete": Choices.delete,
    "upsert": Choices.upsert,
    "key-update": Choices.key_update,
    "multi-row": Choices.multi_row,
    "multi-table": Choices.multi_table,
    "rollback": Choices.insert,
    "truncate": Choices.truncate,
    LATE: Choices.insert,
}
