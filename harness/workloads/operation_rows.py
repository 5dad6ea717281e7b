"""The rows of a single operation in the journal: that it began, and how it ended."""

from typing import Protocol

from harness.history.journal import Columns
from harness.history.tables import FUNCTIONS, OUTCOMES


class Records(Protocol):
    """The part of `harness.history.journal.Journal` that a worker writes to."""

    def append(self, table: str, columns: Columns) -> None: ...  # noqa: D102
    def error(self, name: str) -> int: ...  # noqa: D102


def began(records: Records, operation: int, function: str, time_ns: int) -> None:
    """An operation began then."""
    row = {"id": [operation], "f": [FUNCTIONS.index(function)], "time_ns": [time_ns]}
    records.append("operations", row)


def ended(
    records: Records, operation: int, time_ns: int, outcome: str = "ok", error: str | None = None
) -> None:
    """An operation ended then."""
    records.append(
        "completions",
        {
            "id": [operation],
            "outcome": [OUTCOMES.index(outcome)],
            "error": [records.error(error) if error else 0],
            "time_ns": [time_ns],
        },
    )
