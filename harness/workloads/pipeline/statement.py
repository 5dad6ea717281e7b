"""One statement of a writer's transaction."""

from dataclasses import dataclass


@dataclass(slots=True)
class Statement:
    """One statement of a transaction, and what it makes of a row."""

    sql: str
    arguments: tuple[object, ...]
    table: str
    key: int
    version: int
    kind: str
    commits: bool = False
    """It commits by itself, as statements that define something do."""
