"""A table in memory: its rows, and what others see of them while transactions are open."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from harness.backends.fake.data.rows import Row, Value
from harness.systems.mysql.table_schema import Schema

if TYPE_CHECKING:
    from harness.backends.fake.data.transaction import Transaction

Filler: TypeAlias = Callable[[int, int], Value]
"""What a column holds, from its row's key and version."""


class Table:
    """Rows by a number of their own, since a table may have no key.

    A row that an open transaction has written is shown to others as it was before.
    """

    def __init__(self, database: str, schema: Schema) -> None:
        self.database = database
        self.schema = schema
        self.fillers: Mapping[str, Filler] = {}
        """Columns that the table fills by itself, whatever is written to them."""
        self.rows: dict[int, Row] = {}
        self.open: dict[int, tuple[Transaction, Row | None]] = {}
        """By number of row, who has written it and not committed, and how it was before."""
        self._numbers = itertools.count()
        self._by_key: defaultdict[Value, dict[int, None]] = defaultdict(dict)
        keys = [schema.primary] if schema.primary else []
        self.unique: dict[tuple[str, ...], dict[tuple[Value, ...], int]] = {
            names: {} for names in (*keys, *(each.names for each in schema.unique))
        }

    @property
    def name(self) -> str:
        """Without its database."""
        return self.schema.name

    def next_number(self) -> int:
        """The number of a new row."""
        return next(self._numbers)

    def numbers(self, key: Value) -> tuple[int, ...]:
        """Rows of that `id`, those of open transactions among them."""
        return tuple(self._by_key[key]) if key in self._by_key else ()

    def holder(self, names: tuple[str, ...], row: Row) -> int | None:
        """Who has the same values in a unique index; NULL equals nothing."""
        values = tuple(row[name] for name in names)
        return None if None in values else self.unique[names].get(values)

    def place(self, number: int, row: Row | None) -> None:
        """Let a row be this, or be gone; the caller has checked that it may."""
        old = self.rows.pop(number, None)
        if old is not None:
            self._by_key[old.get("id")].pop(number, None)
            for names, index in self.unique.items():
                index.pop(tuple(old[name] for name in names), None)
        if row is not None:
            self.rows[number] = row
            self._by_key[row.get("id")][number] = None
            for names, index in self.unique.items():
                index[tuple(row[name] for name in names)] = number

    def alter(self, schema: Schema, added: Row) -> None:
        """Have other columns; rows hold `added` in those that are new."""
        self.schema = schema
        for number, row in tuple(self.rows.items()):
            self.place(number, {name: row.get(name, added.get(name)) for name in schema.columns})

    def committed(self) -> Iterator[Row]:
        """Every row as everybody may see it, in no order that means anything."""
        for number, row in self.rows.items():
            if number not in self.open:
                yield row
        for _, before in self.open.values():
            if before is not None:
                yield before

    def seen(self, first: int, last: int, by: "Transaction | None" = None) -> list[Row]:
        """Rows with keys from `first` to `last`, in order, as `by` sees them."""
        if last - first > len(self._by_key):
            rows = [row for row in self._visible(by) if first <= _key(row) <= last]
        else:
            numbers = {
                number for key in range(first, last + 1) for number in self.numbers(key)
            } | set(self.open)
            rows = [
                row
                for number in sorted(numbers)
                if (row := self._as_seen(number, by)) is not None and first <= _key(row) <= last
            ]
        return sorted(rows, key=_key)

    def _visible(self, by: "Transaction | None") -> Iterator[Row]:
        for number in (*self.rows, *(each for each in self.open if each not in self.rows)):
            row = self._as_seen(number, by)
            if row is not None:
                yield row

    def _as_seen(self, number: int, by: "Transaction | None") -> Row | None:
        owner, before = self.open.get(number, (by, None))
        return self.rows.get(number) if owner is by else before


def _key(row: Row) -> int:
    key = row["id"]
    assert isinstance(key, int)  # noqa: S101 - every table that is read by key has one
    return key
