"""One statement of a writer's transaction."""

from dataclasses import dataclass

import pymysql

from harness.model.ports.stack import Cursor


class RowMissingError(pymysql.Error):
    """Someone else, or a foreign key, has removed a row that nobody else should have touched."""


@dataclass(slots=True)
class Statement:
    """One statement of a transaction, and what it makes of a row."""

    sql: str | None
    """None: another statement of the transaction does it, too."""
    arguments: tuple[object, ...]
    table: str
    key: int
    version: int
    kind: str
    commits: bool = False
    """It commits by itself, as statements that define something do."""
    rows: int = 1
    """How many rows it changes at least."""

    def execute(self, cursor: Cursor) -> None:
        """Run it, if it is for this one to run.

        Raises:
            RowMissingError: a row that it was to change is not there.
            pymysql.Error, OSError: it did not succeed.
        """
        if self.sql is None:
            return
        changed = cursor.execute(self.sql, self.arguments)
        if changed < self.rows and not self.commits:
            raise RowMissingError(self.table)
