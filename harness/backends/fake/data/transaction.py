"""A transaction on tables in memory: locks, constraints, and what it writes to the log."""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, TypeAlias

from pymysql.err import IntegrityError, OperationalError

from harness.backends.fake.data.rows import Change, Row, Truncated, Value
from harness.backends.fake.data.seams import DataSeams
from harness.backends.fake.data.table import Table
from harness.backends.fake.data.values import completed
from harness.systems.mysql.table_schema import Reference

Changes: TypeAlias = Sequence[Change | Truncated]


class Transaction:
    """All that is written since the last commit, kept or undone together.

    What it has written nobody else may write: they are told at once that they waited too long for
    the lock. Errors are those of MySQL's client.

    Args:
        tables: those of a database, by name; foreign keys lead to them.
        now: the server's clock.
        log: is given the changes of each commit.
        seams: where bugs step in.
    """

    def __init__(
        self,
        tables: Callable[[str], Mapping[str, Table]],
        now: Callable[[], Value],
        log: Callable[[Changes], None],
        seams: DataSeams,
    ) -> None:
        self._seams = seams
        self._tables = tables
        self._now = now
        self._log = log
        self._undo: list[tuple[Table, int, Row | None]] = []
        self._changes: list[Change] = []

    def insert(self, table: Table, values: Mapping[str, Value]) -> None:
        """Insert a row; columns that are not named get what the table gives them."""
        after = completed(table, values, None, self._now())
        self._write(table, table.next_number(), after)

    def update(self, table: Table, key: int, values: Mapping[str, Value]) -> int:
        """Change the rows with that `id`; how many there are."""
        numbers = table.numbers(key)
        self._blocked(table, key)
        for number in numbers:
            before = table.rows[number]
            self._write(table, number, completed(table, values, before, self._now()))
        return len(numbers)

    def upsert(self, table: Table, values: Mapping[str, Value]) -> None:
        """Insert a row, or change the one that has the same primary key or unique value."""
        after = completed(table, values, None, self._now())
        for names in table.unique:
            number = table.holder(names, after)
            if number is not None and self._seams.overlooks():
                self._write(table, table.next_number(), after, unique=False)
                return
            if number is not None:
                before = table.rows[number]
                self._write(table, number, completed(table, values, before, self._now()))
                return
        self._write(table, table.next_number(), after)

    def delete(self, table: Table, key: int) -> int:
        """Delete the rows with that `id`; how many there were."""
        numbers = table.numbers(key)
        self._blocked(table, key)
        for number in numbers:
            self._write(table, number, None)
        return len(numbers)

    def truncate(self, table: Table) -> None:
        """Commit, and end all rows of a table."""
        self.commit()
        if table.open:
            _refuse(1205, "Lock wait timeout exceeded; try restarting transaction")
        for number in tuple(table.rows):
            table.place(number, None)
        self._log([Truncated(table.database, table.name)])

    def commit(self, *, logged: bool = True) -> None:
        """Keep everything, and write it to the log unless `logged` is False."""
        if self._changes and not self._seams.keeps(self._changes):
            self.rollback()
            return
        changes, self._changes = self._changes, []
        self._release()
        if changes and logged:
            self._log(changes)

    def rollback(self) -> None:
        """Undo everything."""
        self._changes = []
        for table, number, before in reversed(self._undo):
            table.place(number, before)
        self._release()

    def _release(self) -> None:
        for table, number, _ in self._undo:
            table.open.pop(number, None)
        self._undo = []

    def _write(self, table: Table, number: int, after: Row | None, *, unique: bool = True) -> None:
        owner, _ = table.open.get(number, (self, None))
        if owner is not self:
            _refuse(1205, "Lock wait timeout exceeded; try restarting transaction")
        before = table.rows.get(number)
        if after is not None:
            self._blocked(table, after.get("id"))
            if unique:
                self._check_unique(table, number, after)
            for reference in table.schema.references:
                self._check_referred(table, reference, after)
        elif before is not None:
            self._check_unreferred(table, before)
        self._undo.append((table, number, before))
        table.open.setdefault(number, (self, before))
        table.place(number, after)
        if before != after:
            self._changes.append(Change(table.database, table.name, before, after))

    def _blocked(self, table: Table, key: Value) -> None:
        """A row that another transaction has deleted and not committed still has its key."""
        for owner, before in table.open.values():
            if owner is not self and before is not None and before.get("id") == key:
                _refuse(1205, "Lock wait timeout exceeded; try restarting transaction")

    def _check_unique(self, table: Table, number: int, row: Row) -> None:
        for names in table.unique:
            holder = table.holder(names, row)
            if holder is not None and holder != number:
                values = "-".join(str(row[name]) for name in names)
                index = "PRIMARY" if names == table.schema.primary else names[0]
                message = f"Duplicate entry '{values}' for key '{table.name}.{index}'"
                raise IntegrityError(1062, message)

    def _check_referred(self, table: Table, reference: Reference, row: Row) -> None:
        values = tuple(row[name] for name in reference.columns)
        itself = tuple(row.get(name) for name in reference.referenced)
        if None in values or (reference.table == table.name and values == itself):
            return
        referred = self._tables(table.database)[reference.table]
        if values not in referred.unique[reference.referenced]:
            message = "Cannot add or update a child row: a foreign key constraint fails"
            raise IntegrityError(1452, f"{message} ({reference.name})")

    def _check_unreferred(self, table: Table, row: Row) -> None:
        for other in self._tables(table.database).values():
            for reference in other.schema.references:
                if reference.table != table.name or other is table:
                    continue
                values = [row[name] for name in reference.referenced]
                if any(
                    [each[name] for name in reference.columns] == values
                    for each in other.rows.values()
                ):
                    message = "Cannot delete or update a parent row: a foreign key fails"
                    raise IntegrityError(1451, f"{message} ({reference.name})")


def _refuse(code: int, message: str) -> NoReturn:
    raise OperationalError(code, message)
