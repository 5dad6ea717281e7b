"""One statement of a writer's transaction."""

from dataclasses import dataclass

from harness.model.ports import Cursor


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

    def execute(self, cursor: Cursor) -> None:
        """Run it, if it is for this one to run.

        Raises:
            pymysql.Error, OSError: it did not succeed.
        """
        if self.sql is not None:
            cursor.execute(self.sql, self.arguments)
